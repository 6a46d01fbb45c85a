import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { mailboxNames } from '../../storm/mail-plan.ts';
import { chooseCores } from '../cores.ts';
import { REPOSITORY } from '../mailbox.ts';
import type { DemoOptions } from '../options.ts';
import { runToEnd } from '../processes.ts';
import { createProgress } from '../progress.ts';
import { renderTable } from '../table.ts';
import { playCacheSide, type CachePlan } from './play.ts';
import { cacheRows, renderCacheReport } from './report.ts';
import type { CacheRun, CacheSide } from './run-data.ts';

/** What a side needs besides: start, filling mailboxes, stop. */
const SIDE_OVERHEAD_MS = 6000;
const MIN_SIDE_MS = 14_000;

/** Shows pages of a webmail without the cache and with it, while its Mailbox server is there and while it is stopped. */
export async function cacheDemo(options: DemoOptions, signal: AbortSignal, directory: string): Promise<void> {
  const reportFile = resolve(options.reportFile);
  await mkdir(dirname(reportFile), { recursive: true });
  await access(dirname(reportFile), constants.W_OK);
  const progress = createProgress(process.stderr);
  const cores = chooseCores();
  progress.show('building Respite');
  await runToEnd(
    [process.platform === 'win32' ? 'npm.cmd' : 'npm', 'run', 'build', '--silent'],
    REPOSITORY,
    signal,
  );
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
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node.js ${process.version}, ${process.platform}; ${cores.description}`,
    callsPerSecond: plan.callsPerSecond,
    mailsPerSecond: plan.mailsPerSecond,
    users: plan.users.length,
    phases: plan.phases,
    sides,
  };
  await writeFile(reportFile, await renderCacheReport(run));
  console.log(
    renderTable(
      sides.map(({ name }) => name),
      cacheRows(run),
    ),
  );
  console.log(`\nreport: ${reportFile}`);
}

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
