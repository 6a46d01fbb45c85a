// The ways to read a response that is stored, each of which fails if it isn't there.
import { once } from 'node:events';
import { connect } from 'node:net';
import { Redis } from 'ioredis';
import { type CacheStore, createCache, memcachedStore, redisStore } from 'respite/cache';
import { Connection } from '../../../src/cache/store/memcached/connection.ts';
import type { Fill, Reader } from './plan.ts';
import { BODY_BYTES, urlOf } from './responses.ts';

/** Reads one of the keys. */
export type Get = (i: number) => Promise<void>;

type GetBytes = (i: number) => Promise<Buffer<ArrayBuffer> | undefined>;

/** Each with a connection of its own. */
export async function prepare({ backend, port, keys }: Fill): Promise<Readonly<Record<Reader, Get>>> {
  const newStore = (): CacheStore =>
    backend === 'Redis' ? redisStore(new Redis({ port })) : memcachedStore({ port });
  // In one piece each, as what comes from a parser is; not as the parts it was made of.
  const urls = Array.from({ length: keys }, (_, i) => Buffer.from(urlOf(i)).toString());
  const newBare = (): Promise<GetBytes> => (backend === 'Redis' ? bareRedis(port) : bareMemcached(port));
  const [bare, forResponse] = [await newBare(), await newBare()];
  return {
    'bare get': async (i) => {
      expectBytes((await bare(i))?.byteLength);
    },
    'get as Response': async (i) => {
      const response = new Response(await forResponse(i));
      expectBytes((await response.arrayBuffer()).byteLength);
    },
    store: fromStore(newStore(), urls),
    fetch: fromFetch(newStore(), urls),
  };
}

async function bareRedis(port: number): Promise<GetBytes> {
  const client = new Redis({ port });
  const names: string[] = [];
  let cursor = '0';
  do {
    const [next, found] = await client.scan(cursor, 'MATCH', 'respite:e:*', 'COUNT', 1000);
    names.push(...found);
    cursor = next;
  } while (cursor !== '0');
  return async (i) =>
    ((await client.getBuffer(names[i] ?? '')) ?? undefined) as Buffer<ArrayBuffer> | undefined;
}

async function bareMemcached(port: number): Promise<GetBytes> {
  const connection = new Connection({ host: '127.0.0.1', port, timeoutMs: 1000, valueLimitBytes: 1 << 20 });
  const names = await memcachedNames(port);
  return async (i) => {
    const { value } = await connection.send(`mg ${names[i] ?? ''} v c\r\n`);
    return value as Buffer<ArrayBuffer> | undefined;
  };
}

async function memcachedNames(port: number): Promise<readonly string[]> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  socket.write('lru_crawler metadump all\r\n');
  let dump = '';
  while (!/(?:^|\n)END\r\n$/.test(dump)) dump += String((await once(socket, 'data'))[0]);
  socket.destroy();
  const names = [...dump.matchAll(/^key=(\S+)/gm)].map(([, name = '']) => decodeURIComponent(name));
  return names.filter((name) => name.startsWith('respite:e:'));
}

function fromStore(store: CacheStore, urls: readonly string[]): Get {
  return async (i) => {
    const { record, body } = await store.get(urls[i] ?? '');
    if (record === undefined || body.byteLength !== BODY_BYTES) throw new Error('that was no hit');
  };
}

function fromFetch(store: CacheStore, urls: readonly string[]): Get {
  const fetch = (): Promise<Response> => Promise.reject(new Error('no hit, or none in time'));
  // A pause of the machine doesn't end it.
  const cache = createCache({ store, fetch, storeTimeoutMs: 5000 });
  return async (i) => {
    const response = await cache.fetch(urls[i] ?? '');
    const body = await response.arrayBuffer();
    if (body.byteLength !== BODY_BYTES) throw new Error('that was something else');
  };
}

function expectBytes(bytes: number | undefined): void {
  if (bytes === undefined || bytes <= BODY_BYTES) throw new Error('that was no hit');
}
