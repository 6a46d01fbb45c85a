// A thread that generates the load on both versions. Two threads would take the core from each other for milliseconds at a time, which
// would be latency of the servers.
import { parentPort, workerData } from 'node:worker_threads';
import type { Command, Report, ThreadSetup } from '../../generator/messages.ts';
import { ThreadRun } from '../../generator/run.ts';

const port = parentPort;
if (port !== null) {
  const setups = workerData as readonly ThreadSetup[];
  let running = setups.length;
  let hasStarted = false;
  const runs = setups.map(
    (setup, which) =>
      new ThreadRun(setup, (report: Report) => {
        port.postMessage({ which, report });
        if (report.type === 'done' || report.type === 'unreachable') running -= 1;
        if (running === 0) port.close();
      }),
  );
  port.on('message', (command: Command) => {
    if (command.type === 'start') {
      hasStarted = true;
      for (const run of runs) run.start(command.startMs);
    } else if (hasStarted) {
      for (const run of runs) run.stop();
    } else {
      for (const run of runs) run.abort();
      port.close();
    }
  });
  for (const run of runs) void run.open();
}
