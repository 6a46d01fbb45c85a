// The operations of a store by one made for undici's cache: it is used as a place for bytes.
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Backend, BackendValue } from '../remote/backend.ts';
import { encodeFrame, STAMP_BYTES } from '../remote/frame.ts';

/** The key of undici's stores. */
export interface UndiciCacheKey {
  /** A name that no server has, so that these records answer no request. */
  readonly origin: string;
  /** Always `GET`. */
  readonly method: string;
  /** `/` and the record's key. */
  readonly path: string;
  /** Empty. */
  readonly headers?: Record<string, string | string[]>;
}

/** What undici's stores keep besides a body. Times are milliseconds since 1970. */
export interface UndiciCacheValue {
  /** Always 200: the status of the response is in the body. */
  readonly statusCode: number;
  /** Empty. */
  readonly statusMessage: string;
  /** Empty. */
  readonly headers: Record<string, string | string[]>;
  /** Empty: Respite judges freshness by itself. */
  readonly cacheControlDirectives: object;
  /** When it was stored. */
  readonly cachedAt: number;
  /** When it becomes stale. */
  readonly staleAt: number;
  /** When the store may remove it. */
  readonly deleteAt: number;
}

/** What is needed of a `CacheStore` of undici, version 7 or 8, such as its `MemoryCacheStore` and `SqliteCacheStore`. */
export interface UndiciCacheStore {
  /** The value of a key and its body; undefined for nothing. */
  get(key: UndiciCacheKey): unknown;
  /** A stream that stores the body; undefined if the store takes no more. */
  createWriteStream(key: UndiciCacheKey, value: UndiciCacheValue): Writable | undefined;
  /** Removes what is stored at a key. */
  delete(key: UndiciCacheKey): void | Promise<void>;
}

const NOTHING = new Uint8Array(0);
const NOT_OURS: Buffer = Buffer.from('not ours');

export class UndiciBackend implements Backend {
  readonly #store: UndiciCacheStore;
  readonly #limitBytes: number;
  /** Who is at a key; the next begins when they have ended. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(store: UndiciCacheStore, limitBytes: number) {
    this.#store = store;
    this.#limitBytes = limitBytes;
  }

  async read(key: string): Promise<BackendValue | undefined> {
    const result: unknown = await this.#store.get(keyOf(key));
    if (typeof result !== 'object' || result === null) return undefined;
    const bytes = await bytesOf('body' in result ? result.body : undefined, this.#limitBytes);
    return { token: stampOf(bytes), bytes };
  }

  async lease(key: string, ttlMs: number): Promise<BackendValue> {
    const held = await this.read(key);
    if (held !== undefined) return held;
    const bytes = encodeFrame(key, 'lease', '', NOTHING);
    await this.add(key, bytes, ttlMs);
    // Whatever key it has. Should there be none, then nothing can be stored.
    return (await this.read(key)) ?? { token: stampOf(bytes), bytes };
  }

  add(key: string, bytes: Buffer, ttlMs: number): Promise<boolean> {
    return this.#alone(key, async () => {
      return (await this.read(key)) === undefined && this.#write(key, bytes, ttlMs);
    });
  }

  replace(key: string, token: string, bytes: Buffer, ttlMs: number): Promise<boolean> {
    return this.#alone(key, async () => {
      return (await this.read(key))?.token === token && this.#write(key, bytes, ttlMs);
    });
  }

  splice(key: string, token: string, start: Buffer, length: number, ttlMs: number): Promise<boolean> {
    return this.#alone(key, async () => {
      const before = await this.read(key);
      if (before?.token !== token) return false;
      return this.#write(key, Buffer.concat([start, before.bytes.subarray(length)]), ttlMs);
    });
  }

  remove(key: string): Promise<void> {
    return this.#alone(key, async () => {
      await this.#store.delete(keyOf(key));
      // undici's own store in SQLite says nothing when another process had locked the database.
      if ((await this.read(key)) !== undefined)
        throw new Error('the store did not delete what it was asked to');
    });
  }

  async close(): Promise<void> {
    // The store belongs to the code that handed it in; what is under way ends first.
    await Promise.allSettled(this.#turns.values());
  }

  /** Whether it is there now: such stores may skip a write without a word. */
  async #write(key: string, bytes: Buffer, ttlMs: number): Promise<boolean> {
    const now = Date.now();
    const until = now + ttlMs;
    const stream = this.#store.createWriteStream(keyOf(key), {
      statusCode: 200,
      statusMessage: '',
      headers: {},
      cacheControlDirectives: {},
      cachedAt: now,
      staleAt: until,
      deleteAt: until,
    });
    if (stream === undefined) return false;
    const ended = once(stream, 'close');
    stream.end(bytes);
    await ended;
    return (await this.read(key))?.token === stampOf(bytes);
  }

  async #alone<T>(key: string, run: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(key);
    const turn = before === undefined ? run() : before.then(run, run);
    this.#turns.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    }
  }
}

/** A host that belongs to no site (RFC 2606), so that these entries answer no request. */
function keyOf(key: string): UndiciCacheKey {
  return { origin: 'https://respite.invalid', method: 'GET', path: `/${key}`, headers: {} };
}

function stampOf(bytes: Buffer): string {
  return bytes.toString('latin1', 0, STAMP_BYTES);
}

/** All the ways in which undici lets a store give a body. */
async function bytesOf(body: unknown, limitBytes: number): Promise<Buffer> {
  if (body instanceof Uint8Array) return bufferOf(body);
  if (typeof body !== 'object' || body === null) return NOT_OURS;
  const chunks: Uint8Array[] = [];
  let length = 0;
  const parts = body as AsyncIterable<unknown> | Iterable<unknown>;
  if (!(Symbol.asyncIterator in parts) && !(Symbol.iterator in parts)) return NOT_OURS;
  for await (const part of parts) {
    if (!(part instanceof Uint8Array)) return NOT_OURS;
    length += part.byteLength;
    if (length > limitBytes) return NOT_OURS;
    chunks.push(part);
  }
  const [only] = chunks;
  return only !== undefined && chunks.length === 1 ? bufferOf(only) : Buffer.concat(chunks, length);
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
