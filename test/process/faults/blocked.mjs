// Stops the event loop in the way that the path names: for ever, where that is possible, or until there is a file `unblock`.
import { execFileSync } from 'node:child_process';
import { existsSync, openSync, readSync } from 'node:fs';
import { createServer } from 'node:http';

const FAULTS = {
  '/busy-loop': function spinForEver() {
    while (!existsSync('unblock'));
  },
  '/microtasks': async function neverTurns() {
    while (!existsSync('unblock')) await Promise.resolve();
  },
  '/next-ticks': function tickForEver() {
    if (!existsSync('unblock')) process.nextTick(tickForEver);
  },
  '/regex': function matchForEver() {
    /^(a+)+$/.test(`${'a'.repeat(60)}b`);
  },
  '/atomics': function waitForEver() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  '/stringify': function stringifyTooMuch() {
    const leaf = Array.from({ length: 1000 }, (_, id) => ({ id, name: `name ${id}` }));
    const huge = Array.from({ length: 1000 }, () => leaf);
    for (;;) JSON.stringify(huge);
  },
  // Blocked in a call that JavaScript does not come back from: no stack can be taken.
  '/read': function readForEver() {
    execFileSync('mkfifo', ['pipe']);
    readSync(openSync('pipe', 'r+'), Buffer.alloc(1));
  },
  // Not blocked: as busy as a server can be, and turning.
  '/honest': function work() {
    const end = performance.now() + 20;
    while (performance.now() < end);
  },
};

const server = createServer((req, res) => {
  const { pathname } = new URL(req.url, 'http://localhost');
  if (pathname !== '/' && pathname !== '/honest') console.log(`going wrong ${process.pid}`);
  FAULTS[pathname]?.();
  // When the loop turns, which after a fault it does not.
  setImmediate(() => res.end(JSON.stringify({ pid: process.pid, method: req.method, bytes: 0 })));
});
server.listen(process.env.PORT ?? 0, () => console.log(`listening ${server.address().port}`));
