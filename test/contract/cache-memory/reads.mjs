// A process whose memory is watched: reads through a cache, as it is told, and says how much it holds.
import { createCache, memoryStore } from '../../../src/cache/index.ts';

const MB = 1e6;
const [task, given] = process.argv.slice(2);
const settings = JSON.parse(given);

/** Memory of buffers is given back some turns after the collection that found them dead. */
async function report(found) {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const mb = { rss, heapUsed, external, arrayBuffers };
  for (const name in mb) mb[name] /= MB;
  console.log(JSON.stringify({ ...found, ...mb }));
}

const TASKS = {
  /** This many URLs, each once, with an answer made on the spot. */
  async urls({ count, limitBytes, bodyBytes }) {
    const body = new Uint8Array(bodyBytes);
    const headers = { 'cache-control': 'max-age=3600', etag: '"a"', vary: 'accept-language' };
    const store = memoryStore({ limitBytes });
    const cache = createCache({ store, fetch: async () => new Response(body, { headers }) });
    const step = count / 4;
    for (let i = 0; i < count; i += 1) {
      if (i % step === 0) await report({ urls: i });
      const response = await cache.fetch(`http://a.example/${i}?page=${i}`);
      await response.arrayBuffer();
    }
    while (cache.stats().requestsInFlight > 0) await new Promise((resolve) => setImmediate(resolve));
    await report({ urls: count, stored: cache.stats().stored, bytes: store.stats().bytes });
  },

  /** This many readers of large bodies at once, each of them slow; half of them share one. */
  async readers({ url, count, ms, pieceEveryMs }) {
    const cache = createCache();
    await report({});
    const open = async (i) => {
      const response = await cache.fetch(i % 2 === 0 ? `${url}shared` : `${url}${i}`);
      return response.body.getReader();
    };
    const readers = await Promise.all(Array.from({ length: count }, (_, i) => open(i)));
    let read = 0;
    let peakRss = 0;
    const until = performance.now() + ms;
    const slowly = async (reader) => {
      while (performance.now() < until) {
        const { done, value } = await reader.read();
        if (done) return;
        read += value.byteLength;
        await new Promise((resolve) => setTimeout(resolve, pieceEveryMs));
      }
    };
    const watching = setInterval(() => {
      peakRss = Math.max(peakRss, process.memoryUsage.rss() / MB);
    }, 20);
    await Promise.all(readers.map(slowly));
    clearInterval(watching);
    await report({ read: read / MB, peakRss, inFlight: cache.stats().bytesInFlight / MB });
    process.exit();
  },
};

await TASKS[task](settings);
