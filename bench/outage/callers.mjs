// Callers of many URLs through one cache: each calls its URL, waits, and calls again, whatever it is answered. PLAN: JSON of the plan in
// bench.ts. Prints what became of the calls, by tenth of a second in which they began, and what the cache sent once it could know of the outage.
import { setTimeout as delay } from 'node:timers/promises';
import { createCache } from 'respite/cache';

const { url, urls, callersOfEach, pauseMs, seconds } = JSON.parse(process.env.PLAN);
const counts = { calls: {}, ok: {} };
/** When three requests had failed, and when requests were sent after that; ms since 1970. */
let knownMs;
const sentMs = [];
let failures = 0;
const cache = createCache({
  fetch: async (input, init) => {
    if (knownMs !== undefined) sentMs.push(Date.now());
    const response = await fetch(input, init);
    if (response.status === 503 && (failures += 1) === 3) knownMs = Date.now();
    return response;
  },
});
const untilMs = performance.now() + seconds * 1000;

function count(what, tenth) {
  counts[what][tenth] = (counts[what][tenth] ?? 0) + 1;
}

async function call(target) {
  const tenth = Math.floor(Date.now() / 100);
  count('calls', tenth);
  try {
    const response = await cache.fetch(target);
    await response.arrayBuffer();
    if (response.status === 200) count('ok', tenth);
  } catch {
    // Not served.
  }
}

async function caller(target) {
  await delay(Math.random() * pauseMs);
  while (performance.now() < untilMs) {
    await call(target);
    await delay(pauseMs);
  }
}

await Promise.all(Array.from({ length: urls * callersOfEach }, (_, i) => caller(`${url}/items/${i % urls}`)));
console.log(JSON.stringify({ ...counts, knownMs, sentMs }));
process.exit();
