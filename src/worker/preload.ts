// Loaded into the user's process before the user's script (node --require). Does nothing outside the main thread of a
// worker that `respite run` started: not in threads, nor in processes that the user's code starts.
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type { WorkerSetup } from './protocol.ts';

interface StartModule {
  startWorker(setup: WorkerSetup): void;
}

/** The same as protocol.ts's, which is not loaded where it is not needed. */
const setup = isMainThread ? process.env['RESPITE_WORKER_SETUP'] : undefined;
if (setup !== undefined) {
  delete process.env['RESPITE_WORKER_SETUP'];
  // Processes that the user's code forks would inherit what made this one a worker.
  const own = [import.meta.dirname, new URL('.', import.meta.url).href];
  process.execArgv = process.execArgv.filter((argument) => !own.some((place) => argument.includes(place)));
  // Synchronously: an `await` up here would need --import, which makes the start of a CommonJS script slower.
  const extension = import.meta.filename.slice(import.meta.filename.lastIndexOf('.'));
  const { startWorker } = createRequire(import.meta.url)(`./start${extension}`) as StartModule;
  startWorker(JSON.parse(setup) as WorkerSetup);
}
