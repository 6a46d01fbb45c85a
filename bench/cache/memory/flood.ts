// `node --expose-gc flood.ts <plan as JSON>`: asks for this many URLs, each once, with answers made on the spot; says what is held after
// each quarter of them.
import { createCache, memoryStore } from 'respite/cache';
import type { Flood, Held } from './plan.ts';

const { urls, bodyBytes, limitBytes } = JSON.parse(process.argv[2] ?? '') as Flood;
const body = new Uint8Array(bodyBytes);
const headers = { 'cache-control': 'max-age=3600', 'content-type': 'application/json', etag: '"a"' };
const store = memoryStore({ limitBytes });
const cache = createCache({ store, fetch: () => Promise.resolve(new Response(body, { headers })) });

async function report(asked: number): Promise<void> {
  // What was read may not have been stored yet.
  while (cache.stats().requestsInFlight > 0) await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const held: Held = {
    urls: asked,
    stored: cache.stats().stored,
    storeBytes: store.stats().bytes,
    heapBytes: heapUsed,
    externalBytes: external,
    residentBytes: rss,
  };
  console.log(JSON.stringify(held));
}

for (let i = 1; i <= urls; i += 1) {
  const response = await cache.fetch(`https://api.example/products/${i}?fields=name,price`);
  await response.arrayBuffer();
  if (i % (urls / 4) === 0) await report(i);
}
