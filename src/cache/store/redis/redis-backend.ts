import { createHash } from 'node:crypto';
import type { Backend, BackendValue } from '../remote/backend.ts';
import { encodeFrame, STAMP_BYTES } from '../remote/frame.ts';
import type { SendCommand } from './client.ts';

/** Compare and set. KEYS: the key. ARGV: stamp expected, new value, time to live in milliseconds. */
const REPLACE = scriptOf(`
if redis.call('GETRANGE', KEYS[1], 0, ${STAMP_BYTES - 1}) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`);

/** The same for the start of a value. ARGV: stamp expected, new start, time to live, where the rest begins. */
const SPLICE = scriptOf(`
if redis.call('GETRANGE', KEYS[1], 0, ${STAMP_BYTES - 1}) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2] .. redis.call('GETRANGE', KEYS[1], ARGV[4], -1), 'PX', ARGV[3])
return 1`);

interface Script {
  readonly lua: string;
  readonly sha1: string;
}

function scriptOf(lua: string): Script {
  return { lua, sha1: createHash('sha1').update(lua).digest('hex') };
}

const NOTHING = new Uint8Array(0);

/** Each operation is about one key, so it works in a cluster as it is. */
export class RedisBackend implements Backend {
  readonly #send: SendCommand;
  /** Not more is read of anything, however much stands there. */
  readonly #lastByte: string;

  constructor(send: SendCommand, valueLimitBytes: number) {
    this.#send = send;
    this.#lastByte = String(valueLimitBytes);
  }

  read(key: string): Promise<BackendValue | undefined> {
    return this.#bytesAt(key).then(heldIn, heldInstead);
  }

  lease(key: string, ttlMs: number): Promise<BackendValue> {
    return this.#bytesAt(key).then((reply) => heldIn(reply) ?? this.#leave(key, ttlMs), heldInstead);
  }

  async #leave(key: string, ttlMs: number): Promise<BackendValue> {
    const lease = encodeFrame(key, 'lease', '', NOTHING);
    const own = new RedisValue(lease);
    if (await this.add(key, lease, ttlMs)) return own;
    // Another process was faster. Should its entry be gone already, then ours, which isn't there, is as good.
    return (await this.read(key)) ?? own;
  }

  async add(key: string, bytes: Buffer, ttlMs: number): Promise<boolean> {
    const reply = await this.#send(key, 'SET', key, bytes, 'NX', 'PX', String(ttlMs));
    return reply !== null;
  }

  async replace(key: string, token: string, bytes: Buffer, ttlMs: number): Promise<boolean> {
    return this.#run(REPLACE, key, token, bytes, String(ttlMs));
  }

  async splice(key: string, token: string, start: Buffer, length: number, ttlMs: number): Promise<boolean> {
    return this.#run(SPLICE, key, token, start, String(ttlMs), String(length));
  }

  async remove(key: string): Promise<void> {
    await this.#send(key, 'DEL', key);
  }

  close(): void {
    // The client belongs to the code that handed it in.
  }

  #bytesAt(key: string): Promise<unknown> {
    return this.#send(key, 'GETRANGE', key, '0', this.#lastByte);
  }

  async #run(script: Script, key: string, ...args: readonly (string | Buffer)[]): Promise<boolean> {
    try {
      return Number(await this.#evaluate(script, key, args)) === 1;
    } catch (error) {
      if (isWrongType(error)) return false;
      throw error;
    }
  }

  async #evaluate({ sha1, lua }: Script, key: string, args: readonly (string | Buffer)[]): Promise<unknown> {
    try {
      return await this.#send(key, 'EVALSHA', sha1, '1', key, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return this.#send(key, 'EVAL', lua, '1', key, ...args);
    }
  }
}

/** The value of a key; its token is only made for who asks. */
class RedisValue implements BackendValue {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get token(): string {
    return this.bytes.toString('latin1', 0, STAMP_BYTES);
  }
}

function heldIn(reply: unknown): BackendValue | undefined {
  if (!Buffer.isBuffer(reply)) throw new TypeError(`the client gave ${typeof reply} in place of a Buffer`);
  return reply.byteLength === 0 ? undefined : new RedisValue(reply);
}

/** Something else stands there; it is bytes to the decoder, and none of ours. */
function heldInstead(error: unknown): BackendValue {
  if (!isWrongType(error)) throw error;
  return new RedisValue(Buffer.from('WRONGTYPE'));
}

/** Said by a command, or by a script in more words. */
function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.includes('WRONGTYPE');
}
