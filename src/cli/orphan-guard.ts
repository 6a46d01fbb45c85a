import { Worker } from 'node:worker_threads';

const GUARD = `const { ppid } = process;
setInterval(() => { if (process.ppid !== ppid) process.kill(process.pid, 'SIGKILL'); }, 1000);`;

/** Ends this process when its parent has died. A thread does that: the user's code may block the main thread. */
export function endWithParent(): void {
  const small = {
    maxOldGenerationSizeMb: 4,
    maxYoungGenerationSizeMb: 1,
    codeRangeSizeMb: 4,
    stackSizeMb: 1,
  };
  // What the user preloads is meant for the user's own code.
  new Worker(GUARD, { eval: true, execArgv: [], env: {}, resourceLimits: small }).unref();
}
