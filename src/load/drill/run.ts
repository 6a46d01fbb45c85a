import { setTimeout as delay } from 'node:timers/promises';
import type { LoadOptions, LoadResult } from '../contract.ts';
import type { LikeOptions } from '../shape/contract.ts';
import { carryOut } from './carry-out.ts';
import type { Drill, DrillReport, DrillResult, Site } from './contract.ts';
import type { Management } from './instance/management.ts';
import { isCalm } from './instance/observer.ts';
import { assertServed } from './served.ts';

/** Maximum time that an instance has to be calm before a drill, in ms. */
const CALM_WITHIN_MS = 90_000;

/** Time between two looks at an instance that is not calm, in ms. */
const LOOK_EVERY_MS = 500;

export interface RunOptions {
  readonly drills: readonly Drill[];
  readonly management: Management;
  readonly load: (options: LoadOptions) => Promise<LoadResult>;
  /** Requests per second of the steady load. */
  readonly rate: number;
  /** The steady load, where it follows what was recorded. */
  readonly like?: LikeOptions | undefined;
  /** Where the steady load goes, on the server of the instance. */
  readonly path: string;
  /** Where the server is. Default: the first of its TCP sockets, over HTTP. */
  readonly url?: string | undefined;
  /** Goodput below which a drill stops by itself. */
  readonly floor?: number | undefined;
  /** The caller wants to stop: the fault is reverted, and no other drill begins. */
  readonly signal: AbortSignal;
  readonly onStart?: ((drill: Drill) => void) | undefined;
  readonly onResult?: ((result: DrillResult) => void) | undefined;
}

/** Carries out drills, one after the other. Rejects when the instance does not answer, does not allow drills, or serves no request. */
export async function runDrills(options: RunOptions): Promise<DrillReport> {
  const { drills, management, load, signal } = options;
  const startedAtMs = Date.now();
  const { script, site } = await siteOf(options);
  await assertServed({ load, site, signal });
  const results: DrillResult[] = [];
  for (const drill of drills) {
    if (signal.aborted) break;
    options.onStart?.(drill);
    const result = await runOne(drill, options);
    results.push(result);
    options.onResult?.(result);
  }
  await management.facts();
  return {
    instance: script,
    startedAtMs,
    durationMs: Date.now() - startedAtMs,
    results,
    held: !signal.aborted && results.every(({ outcome }) => outcome !== 'failed'),
  };
}

async function runOne(drill: Drill, options: RunOptions): Promise<DrillResult> {
  const startedAtMs = Date.now();
  const without = (outcome: 'skipped' | 'failed', reason: string): DrillResult => ({
    name: drill.name,
    about: drill.about,
    outcome,
    reason,
    checks: [],
    startedAtMs,
    durationMs: Date.now() - startedAtMs,
    causes: [],
    alerts: [],
    seconds: [],
  });
  try {
    const { management, load, signal, floor } = options;
    const wrong = await untilCalm(management, signal);
    if (wrong !== undefined) return without('failed', wrong);
    const { site } = await siteOf(options);
    const lacks = drill.lacks?.(site);
    if (lacks !== undefined) return without('skipped', lacks);
    return await carryOut(drill, { site, management, load, signal }, { floor });
  } catch (error) {
    return without('failed', error instanceof Error ? error.message : String(error));
  }
}

async function siteOf({
  management,
  rate,
  like,
  path,
  url,
}: RunOptions): Promise<{ readonly site: Site; readonly script: string }> {
  const facts = await management.facts();
  const status = await management.status();
  return { site: { facts, status, url: targetOf(status, path, url), rate, like }, script: status.script };
}

function targetOf({ sockets }: Site['status'], path: string, url: string | undefined): URL {
  if (url !== undefined) return new URL(path, url);
  const tcp = sockets.find(({ family }) => family !== 'unix');
  if (tcp === undefined) throw new Error('the server listens on no TCP socket: say where it is with --url');
  const isAny = tcp.address === '::' || tcp.address === '0.0.0.0';
  const host = isAny ? '127.0.0.1' : tcp.family === 'IPv6' ? `[${tcp.address}]` : tcp.address;
  return new URL(path, `http://${host}:${tcp.port}`);
}

/** @returns What is wrong with the instance, if it is not calm in time. */
async function untilCalm(management: Management, signal: AbortSignal): Promise<string | undefined> {
  const untilMs = Date.now() + CALM_WITHIN_MS;
  while (!signal.aborted) {
    const status = await management.status();
    if (isCalm(status)) return undefined;
    if (Date.now() >= untilMs) {
      const open = status.incidents.find(({ endedAtMs }) => endedAtMs === undefined);
      return `the instance is not calm: ${open?.summary ?? `${status.workers.length} of ${status.workersWanted} workers, ${status.state}`}`;
    }
    await delay(LOOK_EVERY_MS);
  }
  return 'interrupted';
}
