// `node drive.ts <plan as JSON>`: hits of one cache over many URLs, one after the other; prints what they took.
import { random } from '../../lib/statistics.ts';
import { zipf } from '../../lib/zipf.ts';
import type { Plan, Read } from './plan.ts';
import { prepare } from './systems.ts';

const { system, origin, bytes, keys, warmUpMs, durationMs } = JSON.parse(process.argv[2] ?? '') as Plan;
const get = prepare(system, keys);

/** Drawn beforehand: drawing one takes as long as some hits. */
const draw = zipf(keys, 1, random(1));
const urls = Array.from({ length: 100_000 }, () => urlOf(draw()));

function urlOf(key: number): string {
  return `${origin}/${bytes}?key=${key}`;
}

async function asked(): Promise<number> {
  return Number(await (await fetch(`${origin}/asked`)).text());
}

async function run(ms: number): Promise<number> {
  const untilMs = performance.now() + ms;
  let count = 0;
  while (performance.now() < untilMs) {
    const came = await get(urls[count % urls.length] ?? '');
    if (came !== bytes) throw new Error(`${came} bytes came, not ${bytes}`);
    count += 1;
  }
  return count;
}

for (let key = 0; key < keys; key += 1) await get(urlOf(key));
await run(warmUpMs);
const askedBefore = await asked();
const startedMs = performance.now();
const count = await run(durationMs);
const perSecond = (1000 * count) / (performance.now() - startedMs);
const found: Read = { perSecond, askedMeanwhile: (await asked()) - askedBefore };
console.log(JSON.stringify(found));
process.exit();
