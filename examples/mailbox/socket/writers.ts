// Three ways to write a response that is much larger than its request.
import { createChannel } from 'respite/backpressure';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { frame, framedBytes } from './mails.ts';

/** Sends one message; false once the client is gone. */
export type Send = (message: Buffer) => boolean | Promise<boolean>;

/** How long the sleeping one waits when the socket says that it has enough. */
const SLEEP_MS = 10;

export const WRITERS = {
  /** What most code does: `write()` takes everything. */
  naive: (socket: Socket): Send => {
    return (message) => {
      socket.write(framed(message));
      return socket.writable;
    };
  },

  /** What people try next: it says that it is full, so wait a little, and go on. */
  sleeping: (socket: Socket): Send => {
    return async (message) => {
      if (!socket.write(framed(message))) await sleep(SLEEP_MS);
      return socket.writable;
    };
  },

  /** Go on when there is room. */
  writability: (socket: Socket): Send => {
    const channel = createChannel(socket);
    return (message) =>
      channel.encode(framedBytes(message), (target, start) => frame(message, target, start)) ||
      channel.ready();
  },
} as const;

export type WriterName = keyof typeof WRITERS;

function framed(message: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(framedBytes(message));
  frame(message, bytes, 0);
  return bytes;
}
