// Loaded into the user's process before the user's script (node --import). Does nothing outside the main thread of a
// worker that `respite run` started: not in threads, nor in processes that the user's code starts.
import { isMainThread } from 'node:worker_threads';
import type { WorkerSetup } from './protocol.ts';

/** The same as protocol.ts's, which is not loaded where it is not needed. */
const setup = isMainThread ? process.env['RESPITE_WORKER_SETUP'] : undefined;
if (setup !== undefined) {
  delete process.env['RESPITE_WORKER_SETUP'];
  // Processes that the user's code forks would inherit it.
  const own = process.execArgv.findIndex((argument) => argument.endsWith(import.meta.url));
  if (own !== -1) process.execArgv.splice(own, 1);
  const { startWorker } = await import('./start.ts');
  await startWorker(JSON.parse(setup) as WorkerSetup);
}
