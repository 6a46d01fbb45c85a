// The operations of a store by the package memcache-client, which speaks memcached's older text protocol.
import type { Backend, BackendValue } from '../remote/backend.ts';
import { encodeFrame } from '../remote/frame.ts';
import { lifetimeSeconds } from './lifetime.ts';

/** What is needed of a client like that of the package memcache-client. */
export interface MemcacheClient {
  /** Reads a value with its CAS token; undefined for nothing. */
  gets(key: string): Promise<unknown>;
  /** Stores a value where there is none. */
  add(key: string, value: Buffer, options: { readonly lifetime: number }): Promise<unknown>;
  /** Stores a value in place of the one that has the token. */
  cas(
    key: string,
    value: Buffer,
    options: { readonly lifetime: number; readonly casUniq: string },
  ): Promise<unknown>;
  /** Removes a value. */
  delete(key: string): Promise<unknown>;
}

const NOTHING = new Uint8Array(0);

export class ClientBackend implements Backend {
  readonly #client: MemcacheClient;

  constructor(client: MemcacheClient) {
    this.#client = client;
  }

  async read(key: string): Promise<BackendValue | undefined> {
    const found = await this.#client.gets(key);
    if (typeof found !== 'object' || found === null || !('value' in found) || !('casUniq' in found))
      return undefined;
    const { value, casUniq } = found;
    // Not stored as bytes: not stored by us.
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from('no bytes');
    return { token: String(casUniq), bytes };
  }

  async lease(key: string, ttlMs: number): Promise<BackendValue> {
    const held = await this.read(key);
    if (held !== undefined) return held;
    const bytes = encodeFrame(key, 'lease', '', NOTHING);
    await this.add(key, bytes, ttlMs);
    // Whatever key it has. Should it be gone already, then nothing can be stored.
    return (await this.read(key)) ?? { token: '0', bytes };
  }

  async add(key: string, bytes: Buffer, ttlMs: number): Promise<boolean> {
    return stored(this.#client.add(key, bytes, { lifetime: lifetimeSeconds(ttlMs) }));
  }

  async replace(key: string, token: string, bytes: Buffer, ttlMs: number): Promise<boolean> {
    return stored(this.#client.cas(key, bytes, { lifetime: lifetimeSeconds(ttlMs), casUniq: token }));
  }

  async splice(key: string, token: string, start: Buffer, length: number, ttlMs: number): Promise<boolean> {
    const before = await this.read(key);
    if (before?.token !== token) return false;
    return this.replace(key, token, Buffer.concat([start, before.bytes.subarray(length)]), ttlMs);
  }

  async remove(key: string): Promise<void> {
    try {
      await this.#client.delete(key);
    } catch (error) {
      if (!saysOneOf(error, 'NOT_FOUND')) throw error;
    }
  }

  close(): void {
    // The client belongs to the code that handed it in.
  }
}

/** The client rejects with the server's words; with its option `ignoreNotStored` it resolves with others. */
async function stored(reply: Promise<unknown>): Promise<boolean> {
  try {
    const words = await reply;
    return Array.isArray(words) && words[0] === 'STORED';
  } catch (error) {
    if (saysOneOf(error, 'NOT_STORED', 'EXISTS', 'NOT_FOUND', 'too large', 'out of memory')) return false;
    throw error;
  }
}

function saysOneOf(error: unknown, ...words: readonly string[]): boolean {
  return error instanceof Error && words.some((word) => error.message.includes(word));
}
