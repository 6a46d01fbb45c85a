// Leaves the main thread of a worker with little time of a processor: it has to share one core with programs that compute.
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Programs that compute. Each gets as much time as the worker, which is left with a ninth. */
const BUSY_COUNT = 8;

/** Computes until the lease file is gone, or the supervisor. Its argument is that file. */
const BUSY = `
  const { existsSync } = require('node:fs');
  const parent = process.ppid;
  while (existsSync(process.argv[1]) && process.ppid === parent) {
    const untilMs = performance.now() + 50;
    while (performance.now() < untilMs);
  }`;

/** Resolves when it has begun. @returns Gives the thread its processors back; resolves when it has them. */
export async function starve(pid: number, leaseFile: string): Promise<() => Promise<void>> {
  const { stdout } = await run('taskset', ['-p', String(pid)]);
  const mask = /: ([\da-f]+)\s*$/.exec(stdout)?.[1] ?? 'ffffffff';
  const core = String(31 - Math.clz32(Number.parseInt(mask.slice(-7), 16) || 1));
  await run('taskset', ['-pc', core, String(pid)]);
  // Each in a session of its own, since a kernel may share the processor between sessions (sched(7), autogroup).
  const busy = Array.from({ length: BUSY_COUNT }, () =>
    spawn('taskset', ['-c', core, process.execPath, '-e', BUSY, leaseFile], {
      stdio: 'ignore',
      detached: true,
    }).on('error', () => {}),
  );
  return async () => {
    for (const child of busy) child.kill('SIGKILL');
    // The worker may be gone.
    await run('taskset', ['-p', mask, String(pid)]).catch(() => {});
  };
}
