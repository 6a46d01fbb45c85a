// A thread of the generator: apart from the code that it measures, which may be in the same process, as in a test.
import { parentPort, workerData } from 'node:worker_threads';
import type { Command, Report, ThreadSetup } from './messages.ts';
import { ThreadRun } from './run.ts';

const port = parentPort;
if (port !== null) {
  const run = new ThreadRun(workerData as ThreadSetup, (report: Report) => {
    port.postMessage(report);
    // Nothing keeps the thread alive after its last word.
    if (report.type === 'done' || report.type === 'unreachable') port.close();
  });
  let hasStarted = false;
  port.on('message', (command: Command) => {
    if (command.type === 'start') {
      hasStarted = true;
      run.start(command.startMs);
    } else if (hasStarted) {
      run.stop();
    } else {
      run.abort();
      port.close();
    }
  });
  void run.open();
}
