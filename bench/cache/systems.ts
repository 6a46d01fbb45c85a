// The caches that are compared, each as a function that gets a URL and reads all of what it answers.
import CacheableRequest from 'cacheable-request';
import http from 'node:http';
import type { Readable } from 'node:stream';
import { createCache } from 'respite/cache';
import { Agent, fetch as undiciFetch, interceptors, request } from 'undici';

/** Gets a URL and says how many bytes came. */
export type Get = (url: string) => Promise<number>;

/** Caches inside the process, and proxies, which are asked over the loopback interface. */
export const IN_PROCESS = [
  'respite fetch',
  'undici fetch',
  'respite interceptor',
  'undici interceptor',
  'cacheable-request',
] as const;
export const PROXIES = ['nginx', 'Varnish'] as const;
export type System = (typeof IN_PROCESS)[number] | (typeof PROXIES)[number] | 'no cache';

export function prepare(system: System): Get {
  switch (system) {
    case 'respite fetch': {
      const cache = createCache();
      return async (url) => (await (await cache.fetch(url)).arrayBuffer()).byteLength;
    }
    case 'undici fetch': {
      const dispatcher = new Agent().compose(interceptors.cache());
      return async (url) => (await (await undiciFetch(url, { dispatcher })).arrayBuffer()).byteLength;
    }
    case 'respite interceptor':
      return requesting(new Agent().compose(createCache().interceptor()));
    case 'undici interceptor':
      return requesting(new Agent().compose(interceptors.cache()));
    case 'cacheable-request':
      return cacheableRequest();
    case 'nginx':
    case 'Varnish':
    case 'no cache':
      return requesting(new Agent());
    default:
      return system satisfies never;
  }
}

function requesting(dispatcher: Agent | ReturnType<Agent['compose']>): Get {
  return async (url) => {
    const { body, statusCode } = await request(url, { dispatcher });
    if (statusCode !== 200) throw new Error(`${statusCode}: ${await body.text()}`);
    return (await body.arrayBuffer()).byteLength;
  };
}

function cacheableRequest(): Get {
  const send = new CacheableRequest(http.request).request();
  return (url) =>
    new Promise((resolve, reject) => {
      const emitter = send(url, (answer) => {
        // From the network or from the cache: a stream both times, although its type says otherwise.
        const response = answer as unknown as Readable;
        let bytes = 0;
        response.on('data', (chunk: Buffer) => (bytes += chunk.byteLength));
        response.on('end', () => {
          resolve(bytes);
        });
        response.on('error', reject);
      });
      emitter.on('request', (sent: http.ClientRequest) => sent.end());
      emitter.on('error', reject);
    });
}
