import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mailboxNames } from '../../storm/mail-plan.ts';
import type { Demonstration } from '../demonstration.ts';
import { renderTable } from '../table.ts';
import { playCacheSide, type CachePlan } from './play.ts';
import { cacheRows, renderCacheReport } from './report.ts';
import type { CacheRun, CacheSide } from './run-data.ts';

/** What a side needs besides: start, filling mailboxes, stop. */
const SIDE_OVERHEAD_MS = 6000;
const MIN_SIDE_MS = 14_000;

/** Shows pages of a webmail without the cache and with it, while its Mailbox server is there and while it is stopped. */
export const cache: Demonstration = async ({ options, signal, directory, progress, cores, machine }) => {
  const plan = planOf(Math.max(MIN_SIDE_MS, (options.seconds * 1000) / 2 - SIDE_OVERHEAD_MS));
  const sides: CacheSide[] = [];
  for (const isProtected of [false, true]) {
    const own = join(directory, isProtected ? 'with' : 'without');
    await mkdir(own, { recursive: true });
    sides.push(await playCacheSide(isProtected, plan, own, cores, progress, signal));
  }
  progress.clear();
  const run: CacheRun = {
    generatedAt: new Date().toISOString(),
    machine: `${machine}; ${cores.description}`,
    callsPerSecond: plan.callsPerSecond,
    mailsPerSecond: plan.mailsPerSecond,
    users: plan.users.length,
    phases: plan.phases,
    sides,
  };
  await writeFile(options.reportFile, await renderCacheReport(run));
  console.log(
    renderTable(
      sides.map(({ name }) => name),
      cacheRows(run),
    ),
  );
  console.log(`\nreport: ${options.reportFile}`);
};

function planOf(lengthMs: number): CachePlan {
  const at = (share: number): number => Math.round((lengthMs * share) / 1000) * 1000;
  const [calm, stopped, after, end] = [at(0.15), at(0.4), at(0.8), at(1)];
  return {
    users: mailboxNames(20),
    mailsBeforehand: 5,
    callsPerSecond: 100,
    mailsPerSecond: 2,
    timeoutMs: 2000,
    phases: [
      { name: 'warm-up', fromMs: 0, untilMs: calm },
      { name: 'calm', fromMs: calm, untilMs: stopped },
      { name: 'stopped', fromMs: stopped, untilMs: after },
      { name: 'after', fromMs: after, untilMs: end },
    ],
  };
}
