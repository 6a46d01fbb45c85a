// Loaded into the user's process before the user's script (node --require). Does nothing outside the main thread of a
// worker that `respite run` started: not in threads, nor in processes that the user's code starts.
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type { WorkerSetup } from './protocol.ts';

interface StartModule {
  startWorker(setup: WorkerSetup): void;
}

/** The same as protocol.ts's, which is not loaded where it is not needed. */
const SETUP = 'RESPITE_WORKER_SETUP';

/** What setup-variables.ts has taken apart. */
function takeSetup(): string | undefined {
  let text = process.env[SETUP];
  delete process.env[SETUP];
  for (let part = 1; process.env[`${SETUP}_${part}`] !== undefined; part += 1) {
    text = `${text}${process.env[`${SETUP}_${part}`]}`;
    delete process.env[`${SETUP}_${part}`];
  }
  return text;
}

const text = isMainThread ? takeSetup() : undefined;
if (text !== undefined) {
  const setup = JSON.parse(text) as WorkerSetup;
  if (setup.inheritsSockets) {
    // Code that follows sd_listen_fds(3) takes the sockets only when they are meant for its own process. Newer versions of systemd
    // name that by a second variable, which is not compared where it is missing.
    process.env['LISTEN_PID'] = String(process.pid);
    delete process.env['LISTEN_PIDFDID'];
  }
  // Processes that the user's code forks would inherit what made this one a worker.
  const own = [import.meta.dirname, new URL('.', import.meta.url).href];
  process.execArgv = process.execArgv.filter((argument) => !own.some((place) => argument.includes(place)));
  // As Node.js has it: links are followed to load the script, but not here. It has read the path by now.
  process.argv[1] = setup.script;
  // Synchronously: an `await` up here would need --import, which makes the start of a CommonJS script slower.
  const extension = import.meta.filename.slice(import.meta.filename.lastIndexOf('.'));
  const { startWorker } = createRequire(import.meta.url)(`./start${extension}`) as StartModule;
  startWorker(setup);
}
