import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { callFigures } from '../../storm/call-figures.ts';
import type { UserCall } from '../../storm/protocol.ts';
import { seededRandom } from '../../storm/random.ts';
import { seedMailboxes } from '../../storm/seed-mailboxes.ts';
import type { WebmailStats } from '../../webmail/server.ts';
import type { Cores } from '../cores.ts';
import { startService, type Service } from '../processes.ts';
import type { ProgressLine } from '../progress.ts';
import type { CacheCurvePoint, CachePhase, CacheSide } from './run-data.ts';

export interface CachePlan {
  readonly users: readonly string[];
  readonly mailsBeforehand: number;
  readonly callsPerSecond: number;
  readonly mailsPerSecond: number;
  readonly timeoutMs: number;
  readonly phases: readonly CachePhase[];
}

/** What the webmail has counted until a moment. */
interface Reading extends WebmailStats {
  readonly atMs: number;
}

const pathTo = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const READ_EVERY_MS = 250;
const SEED = 1;

/** Shows pages through one webmail while mail comes in, and while its Mailbox server is stopped. */
export async function playCacheSide(
  isProtected: boolean,
  plan: CachePlan,
  directory: string,
  cores: Cores,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<CacheSide> {
  const name = isProtected ? 'with the cache' : 'without it';
  progress.show(`${name}: starting`);
  const port = String(await freePort());
  const startApi = (): Promise<Service> =>
    startService(cores.forApi([process.execPath, pathTo('../../api/main.ts')]), {
      cwd: directory,
      env: { PORT: port, DATA_DIR: join(directory, 'mail') },
      ready: /mailbox api listening on (http:\S+)/,
    });
  let mailbox = await startApi();
  const webmail = await startService(cores.forRest([process.execPath, pathTo('../../webmail/main.ts')]), {
    cwd: directory,
    env: { PORT: '0', MAILBOX_URL: mailbox.answer, CACHING: isProtected ? 'shared' : 'none' },
    ready: /webmail listening on (http:\S+)/,
  });
  const api = new Pool(mailbox.answer, { connections: 2 });
  const pages = new Pool(webmail.answer, { connections: 64 });
  try {
    await seedMailboxes(api, plan.users, plan.mailsBeforehand, signal);
    const paths = await pathsOf(api, plan.users);
    const random = seededRandom(SEED);
    const calls: UserCall[] = [];
    const readings: Reading[] = [];
    const startedAtMs = performance.now();
    const now = (): number => performance.now() - startedAtMs;
    const stopped = plan.phases.find((phase) => phase.name === 'stopped');
    const untilMs = plan.phases.at(-1)?.untilMs ?? 0;

    const users = every(1000 / plan.callsPerSecond, untilMs, now, (dueMs, i) => {
      // At first everybody reads everything once: nobody can have what nobody has read.
      const path = paths[i < paths.length ? i : Math.floor(random() * paths.length)] ?? '';
      return call(pages, path, dueMs, now, plan.timeoutMs).then((one) => void calls.push(one));
    });
    const mails = every(1000 / plan.mailsPerSecond, untilMs, now, async (dueMs, i) => {
      if (stopped !== undefined && dueMs >= stopped.fromMs && dueMs < stopped.untilMs) return;
      const user = plan.users[i % plan.users.length] ?? '';
      await deliver(api, user, `<live.${i}@storm.example>`);
    });
    const watching = every(READ_EVERY_MS, untilMs, now, async () => {
      const { body } = await pages.request({ path: '/-/stats', method: 'GET' });
      readings.push({ atMs: now(), ...((await body.json()) as WebmailStats) });
      const phase = plan.phases.find((one) => now() < one.untilMs)?.name ?? 'after';
      progress.show(`${name}: ${phase} ${Math.round(now() / 1000)}/${Math.round(untilMs / 1000)} s`);
    });
    if (stopped !== undefined) {
      await sleep(Math.max(0, stopped.fromMs - now()), undefined, { signal });
      await mailbox.stop();
      await sleep(Math.max(0, stopped.untilMs - now()), undefined, { signal });
      mailbox = await startApi();
    }
    await Promise.all([users, mails, watching]);
    return {
      name,
      isProtected,
      figures: figuresOf(calls, plan.phases),
      askedPerPage: askedPerPage(calls, readings, plan.phases),
      curves: curvesOf(calls, readings, untilMs),
    };
  } finally {
    await Promise.all([api.destroy(), pages.destroy()]);
    await Promise.all([webmail.stop(), mailbox.stop()]);
  }
}

/** All mailboxes, and the mails in them. */
async function pathsOf(api: Pool, users: readonly string[]): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const user of users) {
    const { body } = await api.request({ path: `/mailboxes/${user}/messages?limit=5`, method: 'GET' });
    const { messages } = (await body.json()) as { messages: readonly { id: string }[] };
    paths.push(`/${user}`, ...messages.map(({ id }) => `/${user}/${id}`));
  }
  return paths;
}

/** Open loop: begins each when it is due, whatever became of those before. Resolves when all have ended. */
async function every(
  intervalMs: number,
  untilMs: number,
  now: () => number,
  begin: (dueMs: number, i: number) => Promise<void>,
): Promise<void> {
  const begun: Promise<void>[] = [];
  for (let i = 0; i * intervalMs < untilMs; i += 1) {
    const dueMs = i * intervalMs;
    if (dueMs > now()) await sleep(dueMs - now());
    begun.push(begin(dueMs, i));
  }
  await Promise.all(begun);
}

async function call(
  pages: Pool,
  path: string,
  dueMs: number,
  now: () => number,
  timeoutMs: number,
): Promise<UserCall> {
  const lagMs = now() - dueMs;
  const action = path.indexOf('/', 1) === -1 ? 'list' : 'read';
  let outcome: UserCall['outcome'] = 'ok';
  try {
    const { statusCode, body } = await pages.request({
      path,
      method: 'GET',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await body.dump();
    if (statusCode !== 200) outcome = 'error';
  } catch (error) {
    outcome = (error as Error).name === 'TimeoutError' ? 'timeout' : 'error';
  }
  return { action, atMs: dueMs, latencyMs: now() - dueMs, outcome, lagMs };
}

async function deliver(api: Pool, user: string, messageId: string): Promise<void> {
  try {
    const { body } = await api.request({
      path: `/mailboxes/${user}/messages`,
      method: 'POST',
      headers: { 'content-type': 'message/rfc822', 'idempotency-key': messageId },
      body: `From: a@storm.example\r\nTo: ${user}@mailbox.example\r\nSubject: News\r\nMessage-ID: ${messageId}\r\n\r\nNews.\r\n`,
    });
    await body.dump();
  } catch {
    // Just when it is stopped or not up yet: its sender would come again.
  }
}

function figuresOf(
  calls: readonly UserCall[],
  phases: readonly CachePhase[],
): Record<CachePhase['name'], ReturnType<typeof callFigures>> {
  const of = (name: CachePhase['name']): ReturnType<typeof callFigures> => {
    const phase = phases.find((one) => one.name === name);
    return callFigures(
      calls.filter(({ atMs }) => phase !== undefined && atMs >= phase.fromMs && atMs < phase.untilMs),
    );
  };
  return { 'warm-up': of('warm-up'), calm: of('calm'), stopped: of('stopped'), after: of('after') };
}

function askedPerPage(
  calls: readonly UserCall[],
  readings: readonly Reading[],
  phases: readonly CachePhase[],
): number {
  const calm = phases.find(({ name }) => name === 'calm');
  if (calm === undefined) return NaN;
  const asked = at(readings, calm.untilMs).asked - at(readings, calm.fromMs).asked;
  return asked / calls.filter(({ atMs }) => atMs >= calm.fromMs && atMs < calm.untilMs).length;
}

function curvesOf(
  calls: readonly UserCall[],
  readings: readonly Reading[],
  untilMs: number,
): readonly CacheCurvePoint[] {
  const bySecond = Map.groupBy(calls, ({ atMs }) => Math.floor(atMs / 1000));
  return Array.from({ length: Math.ceil(untilMs / 1000) }, (_, second) => {
    const own = bySecond.get(second);
    const figures = own === undefined ? undefined : callFigures(own);
    const [before, after] = [at(readings, second * 1000), at(readings, (second + 1) * 1000)];
    const shown = after.hits + after.stale - before.hits - before.stale;
    return {
      atMs: second * 1000,
      p99Ms: figures?.p99Ms,
      successPercent: figures === undefined ? undefined : 100 * figures.success,
      askedPerSecond: after.asked - before.asked,
      hitPercent: own === undefined ? undefined : Math.min(100, (100 * shown) / own.length),
    };
  });
}

function at(readings: readonly Reading[], atMs: number): WebmailStats {
  return readings.findLast((reading) => reading.atMs <= atMs) ?? { asked: 0, hits: 0, stale: 0 };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
