// Keeps the event loop of a test process busy until its last test: Node.js before 24 gives up tests that wait for a timer
// or a child process that keeps nothing alive.
import { after } from 'node:test';

const SECOND_MS = 1000;

// A process that a test starts may inherit the option by which this module is loaded.
if (process.execArgv.includes('--test')) {
  const timer = setInterval(() => {}, SECOND_MS);
  after(() => clearInterval(timer));
}
