// `node fill.ts <plan as JSON>`: stores this many responses through the store, so that they stand there as it writes them.
import { Redis } from 'ioredis';
import { type CacheStore, type IoredisClient, memcachedStore, redisStore } from 'respite/cache';
import type { Fill } from './plan.ts';
import { BODY_BYTES, entryOf, urlOf } from './responses.ts';

/** Sent without waiting for each other. */
const AT_ONCE = 1000;

const NOTHING = Buffer.alloc(0);

/** Knows that no response is there yet, so that each takes one command in place of three: a million are stored in half a minute. */
class FillingClient implements IoredisClient {
  readonly #redis: Redis;
  /** Sends all commands of one turn of the event loop together. */
  readonly #pipeline: Redis;

  constructor(port: number) {
    this.#redis = new Redis({ port });
    this.#pipeline = new Redis({ port, enableAutoPipelining: true });
  }

  async callBuffer(command: string, ...args: (string | Buffer | number)[]): Promise<unknown> {
    const isOfEntry = (key: unknown): boolean => String(key).startsWith('respite:e:');
    if (command === 'EVALSHA' && isOfEntry(args[2])) {
      const [, , key = '', , value = '', ttlMs = 0] = args;
      await this.#pipeline.set(String(key), value, 'PX', Number(ttlMs));
      return 1;
    }
    if (!isOfEntry(args[0])) return this.#redis.callBuffer(command, ...args);
    return command === 'GETRANGE' ? NOTHING : 'OK';
  }
}

async function fill(store: CacheStore, keys: number): Promise<void> {
  const body = Buffer.alloc(BODY_BYTES, 'x');
  let next = 0;
  const inTurn = async (): Promise<void> => {
    while (next < keys) {
      const i = next;
      next += 1;
      const url = urlOf(i);
      const { version } = await store.get(url);
      if (!(await store.put(url, entryOf(i), body, version))) throw new Error(`${url} was not stored`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, inTurn));
}

const { backend, port, keys } = JSON.parse(process.argv[2] ?? '') as Fill;
const store = backend === 'Redis' ? redisStore(new FillingClient(port)) : memcachedStore({ port });
await fill(store, keys);
process.exit();
