// Keeps the last that the user's code writes to stdout and stderr, for the report of an incident. What is written past
// `process.stdout` and `process.stderr`, straight to the descriptor, is not seen.
import { writeSync } from 'node:fs';
import type { WriteStream } from 'node:tty';
import { formatMessage, type SharedTail } from './watchdog/index.ts';

/**
 * @param descriptor The watchdog's pipe, for what its thread has not taken when the process ends in order.
 */
export function keepLogTail(tail: SharedTail, descriptor: number): void {
  for (const name of ['stdout', 'stderr'] as const) watchStream(name, tail);
  process.once('exit', () => {
    const text = tail.take();
    if (text === '') return;
    try {
      writeSync(descriptor, formatMessage({ kind: 'output', text }));
    } catch {
      // No reader is left, or not fast enough to be waited for.
    }
  });
}

/** The stream is made when it is first asked for, which costs a millisecond that many servers never pay: it stays so. */
function watchStream(name: 'stdout' | 'stderr', tail: SharedTail): void {
  const own = Object.getOwnPropertyDescriptor(process, name);
  if (own?.get === undefined || own.configurable !== true) return;
  const { get } = own;
  let isWatched = false;
  Object.defineProperty(process, name, {
    ...own,
    get() {
      const stream = Reflect.apply(get, process, []) as WriteStream;
      if (!isWatched) {
        isWatched = true;
        keepWrites(stream, tail);
      }
      return stream;
    },
  });
}

function keepWrites(stream: WriteStream, tail: SharedTail): void {
  // eslint-disable-next-line typescript/unbound-method -- called on the stream below
  const { write } = stream;
  stream.write = function keptWrite(this: WriteStream, chunk: unknown, encoding: unknown): boolean {
    if (typeof chunk === 'string')
      tail.append(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : undefined);
    else if (chunk instanceof Uint8Array) tail.append(chunk);
    return Reflect.apply(write, this, arguments) as boolean;
  };
}
