// Keeps the supervisor's process small: it has little to do, next to servers that need the memory.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * When the start is over and what it left is garbage, in ms. Earlier flags would cost the start 20 ms of processor time: V8 takes compiled code of
 * Node.js's own modules only under the flags that it was compiled with.
 */
const AFTER_MS = 3000;

/**
 * Once the start is over: V8 no longer compiles with TurboFan, whose code is 5 MB of Node.js's executable, keeps the young generation at the size
 * that a collection leaves, and gives the start's memory back. Maglev still compiles what is hot.
 */
export function keepSmallSoon(): void {
  setTimeout(() => {
    for (const flag of ['--no-opt', '--semi-space-growth-factor=1', '--expose-gc']) setFlagsFromString(flag);
    const collect = runInNewContext('globalThis.gc') as NodeJS.GCFunction | undefined;
    // The only kind that shrinks the young generation.
    collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    setFlagsFromString('--no-expose-gc');
  }, AFTER_MS).unref();
}
