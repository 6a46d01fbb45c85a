// The bytes that stand for something in a store outside this process: versioned, named, measured, checksummed. Whoever can write
// to that store can write anything, so nothing is believed that has not been checked.
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { RespiteError } from '../../../core/errors.ts';
import { NO_BODY } from '../contract.ts';

/** What a frame holds: nothing yet (whoever stores must find this one), a record and its body, or a number of the store's own. */
export type FrameKind = 'lease' | 'record' | 'counter';

/** A frame whose checksums were right. */
export interface Frame {
  readonly kind: FrameKind;
  readonly head: string;
  readonly body: Uint8Array;
}

// Little endian: magic and format (4) · stamp (12) · kind (4) · bytes of head (4) · bytes of body (4) · CRC of all that and the head (4)
// · head · body · CRC of the body (4). Both CRCs begin with that of the key, so that a frame is of no use at another key.
const MAGIC = 'RSP1';
const KIND_AT = 16;
const HEAD_BYTES_AT = 20;
const BODY_BYTES_AT = 24;
const CRC_AT = 28;
const HEAD_AT = 32;
const CRC_BYTES = 4;
const KINDS: readonly FrameKind[] = ['lease', 'record', 'counter'];

/** Magic, format and stamp: names one state of one key. */
export const STAMP_BYTES = 16;

/** Bytes of a frame besides its head and body. */
export const FRAME_OVERHEAD_BYTES: number = HEAD_AT + CRC_BYTES;

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
  const start = Buffer.allocUnsafe(HEAD_AT + headBytes);
  start.write(newStamp(), 0, 'latin1');
  start.writeUInt32LE(KINDS.indexOf(kind), KIND_AT);
  start.writeUInt32LE(headBytes, HEAD_BYTES_AT);
  start.writeUInt32LE(bodyBytes, BODY_BYTES_AT);
  start.write(head, HEAD_AT, 'utf8');
  start.writeUInt32LE(crcOfStart(crc32(key), start), CRC_AT);
  return start;
}

function crcOfStart(seed: number, start: Buffer): number {
  return crc32(start.subarray(HEAD_AT), crc32(start.subarray(0, CRC_AT), seed));
}

/** Sizes are compared before anything is decoded. Throws a `RespiteError` `RESPITE_CACHE_GARBAGE`. */
export function decodeFrame(key: string, bytes: Buffer): Frame {
  if (bytes.byteLength < FRAME_OVERHEAD_BYTES) throw garbage('too short');
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) throw garbage('not of this format');
  const bodyStart = HEAD_AT + bytes.readUInt32LE(HEAD_BYTES_AT);
  const bodyEnd = bodyStart + bytes.readUInt32LE(BODY_BYTES_AT);
  if (bodyEnd + CRC_BYTES !== bytes.byteLength) throw garbage('of another length than it says');
  const kind = KINDS[bytes.readUInt32LE(KIND_AT)];
  if (kind === undefined) throw garbage('of no known kind');
  const seed = crc32(key);
  if (crcOfStart(seed, bytes.subarray(0, bodyStart)) !== bytes.readUInt32LE(CRC_AT))
    throw garbage('damaged, or of another key');
  const head = bytes.toString('utf8', HEAD_AT, bodyStart);
  if (bodyStart === bodyEnd) return { kind, head, body: NO_BODY };
  const body = bytes.subarray(bodyStart, bodyEnd);
  if (crc32(body, seed) !== bytes.readUInt32LE(bodyEnd)) throw garbage('damaged in its body');
  return { kind, head, body };
}

/** Where the body of a decoded frame begins. */
export function bodyAt(bytes: Buffer): number {
  return HEAD_AT + bytes.readUInt32LE(HEAD_BYTES_AT);
}

/** What stands in the store is not what this cache has put there. */
export function garbage(what: string): RespiteError {
  return new RespiteError('RESPITE_CACHE_GARBAGE', `what the store gave is ${what}`);
}

export function isGarbage(error: unknown): boolean {
  return error instanceof RespiteError && error.code === 'RESPITE_CACHE_GARBAGE';
}
