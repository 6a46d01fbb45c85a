// The caches that the published cases are run through.
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import got from 'got';
import { Redis } from 'ioredis';
import makeFetchHappen from 'make-fetch-happen';
import { type CacheStore, memcachedStore, redisStore } from '../../src/cache/index.ts';
import { Agent, interceptors } from 'undici';
import type { Mode, Received, SentInit, Subject } from '../../test/conformance/published/run.ts';
import { requesting, throughFetch, throughInterceptor } from '../../test/conformance/published/subjects.ts';
import { type Proxy, startNginx, startVarnish } from '../cache/proxies.ts';
import { startStoreServer } from '../cache/stores/servers.ts';
import { emptyDirectory } from '../lib/processes.ts';

export interface System {
  readonly name: string;
  /** It is Respite's, and has goals. */
  readonly way: 'fetch' | 'interceptor' | undefined;
  readonly subject: Subject;
  /** The same as a cache for one user, if it has such a mode. */
  readonly forOne?: Subject | undefined;
  stop(): Promise<void>;
}

export const NAMES = [
  'fetch, memory',
  'interceptor, memory',
  'fetch, Redis',
  'interceptor, Redis',
  'fetch, memcached',
  'interceptor, memcached',
  'undici',
  'got',
  'make-fetch-happen',
  'nginx',
  'Varnish',
  'no cache',
] as const;
export type Name = (typeof NAMES)[number];

/** Undefined if what it needs is not installed. @param port Of the origin. */
export async function start(name: Name, port: number): Promise<System | undefined> {
  switch (name) {
    case 'fetch, memory':
      return system(name, throughFetch('shared'), throughFetch('private'), 'fetch');
    case 'interceptor, memory':
      return system(name, throughInterceptor('shared'), throughInterceptor('private'), 'interceptor');
    case 'fetch, Redis':
    case 'interceptor, Redis':
      return overRedis(name);
    case 'fetch, memcached':
    case 'interceptor, memcached':
      return overMemcached(name);
    case 'undici':
      return system(name, byUndici('shared'), byUndici('private'));
    case 'got':
      return system(name, byGot('shared'), byGot('private'));
    case 'make-fetch-happen':
      return system(name, { apart: true, mode: 'shared', send: sendByMakeFetchHappen() });
    case 'nginx':
      return proxied(name, await startNginx(`http://127.0.0.1:${port}`));
    case 'Varnish':
      return proxied(name, await startVarnish(`http://127.0.0.1:${port}`));
    case 'no cache':
      return system(name, { apart: true, mode: 'shared', send: requesting(new Agent()) });
    default:
      return name satisfies never;
  }
}

function system(
  name: string,
  subject: Subject,
  forOne?: Subject,
  way?: System['way'],
  stop: () => Promise<void> = () => Promise.resolve(),
): System {
  return { name, subject, forOne, way, stop };
}

async function overRedis(name: 'fetch, Redis' | 'interceptor, Redis'): Promise<System | undefined> {
  const server = await startStoreServer('Redis');
  if (server === undefined) return undefined;
  const client = new Redis(server.port);
  return throughStore(
    name,
    (prefix) => redisStore(client, { prefix }),
    async () => {
      client.disconnect();
      await server.stop();
    },
  );
}

async function overMemcached(
  name: 'fetch, memcached' | 'interceptor, memcached',
): Promise<System | undefined> {
  const server = await startStoreServer('memcached');
  if (server === undefined) return undefined;
  return throughStore(
    name,
    (prefix) => memcachedStore({ port: server.port }, { prefix }),
    () => server.stop(),
  );
}

function throughStore(name: string, open: (prefix: string) => CacheStore, stop: () => Promise<void>): System {
  const way = name.startsWith('fetch') ? 'fetch' : 'interceptor';
  const through = way === 'fetch' ? throughFetch : throughInterceptor;
  const subject = (mode: Mode): Subject => through(mode, open(mode));
  return system(name, subject('shared'), subject('private'), way, stop);
}

function byUndici(mode: Mode): Subject {
  const send = requesting(new Agent().compose(interceptors.cache({ type: mode })));
  return { apart: true, mode, send };
}

function byGot(mode: Mode): Subject {
  return { apart: true, mode, send: sendByGot(new Map(), mode) };
}

/** The package asks the origin at its own address; a proxy is asked in its place. */
function proxied(name: string, proxy: Proxy | undefined): System | undefined {
  if (proxy === undefined) return undefined;
  const send = requesting(new Agent());
  const base = new URL(proxy.base);
  return system(
    name,
    {
      apart: false,
      mode: 'shared',
      send: (url, init) => send(Object.assign(new URL(url), { host: base.host }).href, init),
    },
    undefined,
    undefined,
    () => proxy.stop(),
  );
}

function sendByGot(cache: Map<unknown, unknown>, mode: Mode): Subject['send'] {
  return async (url, { method = 'GET', headers, body }) => {
    const answer = await got(url, {
      method: method as 'GET',
      headers: byName(headers),
      ...(body !== undefined && { body, allowGetBody: true }),
      cache,
      cacheOptions: { shared: mode === 'shared' },
      retry: { limit: 0 },
      throwHttpErrors: false,
      followRedirect: false,
      decompress: false,
    });
    return received(answer.statusCode, answer.headers, answer.body);
  };
}

function sendByMakeFetchHappen(): Subject['send'] {
  const cachePath = mkdtempSync(path.join(emptyDirectory(), 'make-fetch-happen-'));
  return async (url, { method = 'GET', headers, body }) => {
    const answer = await makeFetchHappen(url, {
      cachePath,
      method,
      headers: byName(headers),
      body,
      redirect: 'manual',
      retry: false,
    });
    return received(answer.status, answer.headers.raw(), await answer.text());
  };
}

function byName(headers: SentInit['headers']): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of headers)
    fields[name] = fields[name] === undefined ? value : `${fields[name]}, ${value}`;
  return fields;
}

function received(
  status: number,
  fields: Readonly<Record<string, string | readonly string[] | undefined>>,
  body: string,
): Received {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields))
    for (const line of [value ?? []].flat()) headers.append(name, line);
  return { status, headers, text: () => Promise.resolve(body) };
}
