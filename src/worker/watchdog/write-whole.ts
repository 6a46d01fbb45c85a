import { writeSync } from 'node:fs';

/** How long to wait for the supervisor to make room in the pipe, and how often. */
const ROOM_WAIT_MS = 5;
const MOST_ROOM_WAITS = 1000;

/** Writes to a pipe and waits for room: an answer with a hole in it is none. A pipe that stays full, or is closed, gets no more. */
export function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let waits = 0;
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || (waits += 1) > MOST_ROOM_WAITS) return;
      Atomics.wait(pause, 0, 0, ROOM_WAIT_MS);
    }
  }
}
