import { OutgoingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

const HTTP2_PARTS: readonly string[] = ['aborted', 'sentHeaders', 'rstCode'];

/**
 * Whether a stream has no use for the memory of a chunk once it counts it as written: sockets, and responses that go to them. Others may
 * hand the same memory on, as a PassThrough or a wrapped `write` does, so it is not used again.
 */
export function isDoneOnceWritten(stream: Writable): boolean {
  if (Object.hasOwn(stream, 'write') || Object.hasOwn(stream, '_write')) return false;
  if (stream instanceof Socket) {
    return stream.write === Socket.prototype.write && stream._write === Socket.prototype._write;
  }
  if (stream instanceof OutgoingMessage) return stream.write === OutgoingMessage.prototype.write;
  return HTTP2_PARTS.every((part) => part in stream);
}
