// The bytes that stand for something in a store outside this process: versioned, named, measured, checksummed. A process that can write
// to that store can write anything, so nothing is believed that has not been checked.
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { RespiteError } from '../../../core/errors.ts';
import { NO_BODY } from '../contract.ts';

/** What a frame holds: nothing yet (a writer must find this one), a record and its body, or a number of the store's own. */
export type FrameKind = 'lease' | 'record' | 'counter';

/** A frame whose checksums were right. */
export interface Frame {
  readonly kind: FrameKind;
  readonly head: string;
  readonly body: Uint8Array;
}

// Little endian: magic and format (4) · stamp (12) · kind (4) · bytes of head (4) · bytes of body (4) · head · CRC of all that (4)
// · body · CRC of the body (4). Both CRCs begin with that of the key, so that a frame is of no use at another key.
const MAGIC = 'RSP2';
const MAGIC_AS_NUMBER = Buffer.from(MAGIC).readUInt32LE();
const KIND_AT = 16;
const HEAD_BYTES_AT = 20;
const BODY_BYTES_AT = 24;
const HEAD_AT = 28;
const CRC_BYTES = 4;
const KINDS: readonly FrameKind[] = ['lease', 'record', 'counter'];

/** Magic, format and stamp: names one state of one key. */
export const STAMP_BYTES = 16;

/** Bytes of a frame besides its head and body. */
export const FRAME_OVERHEAD_BYTES: number = HEAD_AT + 2 * CRC_BYTES;

/** Random: no two frames have the same. 72 bits in 12 characters. */
function newStamp(): string {
  return MAGIC + randomBytes(9).toString('base64url');
}

export function encodeFrame(key: string, kind: FrameKind, head: string, body: Uint8Array): Buffer {
  const start = encodeStart(key, kind, head, body.byteLength);
  const frame = Buffer.allocUnsafe(start.byteLength + body.byteLength + CRC_BYTES);
  frame.set(start);
  frame.set(body, start.byteLength);
  frame.writeUInt32LE(crc32(body, crc32(key)), start.byteLength + body.byteLength);
  return frame;
}

/** All of a frame up to its body, which stays as it is. */
export function encodeStart(key: string, kind: FrameKind, head: string, bodyBytes: number): Buffer {
  const headBytes = Buffer.byteLength(head);
  const start = Buffer.allocUnsafe(HEAD_AT + headBytes + CRC_BYTES);
  start.write(newStamp(), 0, 'latin1');
  start.writeUInt32LE(KINDS.indexOf(kind), KIND_AT);
  start.writeUInt32LE(headBytes, HEAD_BYTES_AT);
  start.writeUInt32LE(bodyBytes, BODY_BYTES_AT);
  start.write(head, HEAD_AT, 'utf8');
  const crcAt = HEAD_AT + headBytes;
  start.writeUInt32LE(crc32(start.subarray(0, crcAt), crc32(key)), crcAt);
  return start;
}

/** Throws a `RespiteError` `RESPITE_CACHE_GARBAGE`. */
export function decodeFrame(key: string, bytes: Buffer): Frame {
  const kind = checkFrame(crc32(key), bytes);
  return { kind, head: headOf(bytes), body: bodyOf(bytes) };
}

/**
 * What kind of frame it is, if it is one, undamaged, and of the key of which `seed` is the CRC. Sizes are compared before anything
 * else is looked at. Throws a `RespiteError` `RESPITE_CACHE_GARBAGE`.
 */
export function checkFrame(seed: number, bytes: Buffer): FrameKind {
  if (bytes.byteLength < FRAME_OVERHEAD_BYTES) throw garbage('too short');
  if (bytes.readUInt32LE(0) !== MAGIC_AS_NUMBER) throw garbage('not of this format');
  const crcAt = HEAD_AT + bytes.readUInt32LE(HEAD_BYTES_AT);
  const bodyStart = crcAt + CRC_BYTES;
  const bodyEnd = bodyStart + bytes.readUInt32LE(BODY_BYTES_AT);
  if (bodyEnd + CRC_BYTES !== bytes.byteLength) throw garbage('of another length than it says');
  const kind = KINDS[bytes.readUInt32LE(KIND_AT)];
  if (kind === undefined) throw garbage('of no known kind');
  if (crc32(bytes.subarray(0, crcAt), seed) !== bytes.readUInt32LE(crcAt))
    throw garbage('damaged, or of another key');
  if (crc32(bytes.subarray(bodyStart, bodyEnd), seed) !== bytes.readUInt32LE(bodyEnd))
    throw garbage('damaged in its body');
  return kind;
}

/** Of a frame that has been checked. */
export function headOf(bytes: Buffer): string {
  return bytes.toString('utf8', HEAD_AT, HEAD_AT + bytes.readUInt32LE(HEAD_BYTES_AT));
}

/** Of a frame that has been checked. */
export function bodyOf(bytes: Buffer): Uint8Array {
  const bodyBytes = bytes.readUInt32LE(BODY_BYTES_AT);
  if (bodyBytes === 0) return NO_BODY;
  const start = bodyAt(bytes);
  return bytes.subarray(start, start + bodyBytes);
}

/** Where the body of a frame begins that has been checked. */
export function bodyAt(bytes: Buffer): number {
  return HEAD_AT + bytes.readUInt32LE(HEAD_BYTES_AT) + CRC_BYTES;
}

/** Whether two frames that have been checked have the same stamp: then they also have the same head. */
export function hasStamp(bytes: Buffer, stamp: Uint32Array): boolean {
  return (
    bytes.readUInt32LE(4) === stamp[0] &&
    bytes.readUInt32LE(8) === stamp[1] &&
    bytes.readUInt32LE(12) === stamp[2]
  );
}

/** The stamp of a frame, to be compared. */
export function stampOf(bytes: Buffer): Uint32Array {
  return Uint32Array.of(bytes.readUInt32LE(4), bytes.readUInt32LE(8), bytes.readUInt32LE(12));
}

/** What stands in the store is not what this cache has put there. */
export function garbage(what: string): RespiteError {
  return new RespiteError('RESPITE_CACHE_GARBAGE', `what the store gave is ${what}`);
}

export function isGarbage(error: unknown): boolean {
  return error instanceof RespiteError && error.code === 'RESPITE_CACHE_GARBAGE';
}
