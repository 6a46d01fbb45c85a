// `node drive.ts <plan as JSON>`: hits of one cache, as many as it serves; prints what they took.
import type { Drive, Driven } from './plan.ts';
import { prepare } from './systems.ts';

const plan = JSON.parse(process.argv[2] ?? '') as Drive;
const get = prepare(plan.system);
const url = `${plan.base}/${plan.bytes}`;

async function asked(): Promise<number> {
  return Number(await (await fetch(`${plan.origin}/asked`)).text());
}

/** Asks until the time is over, this many at a time; returns the number of answers. */
async function run(ms: number): Promise<number> {
  const untilMs = performance.now() + ms;
  let count = 0;
  const inTurn = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      const bytes = await get(url);
      if (bytes !== plan.bytes) throw new Error(`${bytes} bytes came, not ${plan.bytes}`);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: plan.atOnce }, inTurn));
  return count;
}

await get(url);
// What was read may not have been stored yet.
await new Promise((resolve) => setTimeout(resolve, 100));
await run(plan.warmUpMs);
const askedBefore = await asked();
const cpuBefore = process.cpuUsage();
const startedMs = performance.now();
const count = await run(plan.durationMs);
const seconds = (performance.now() - startedMs) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
const driven: Driven = {
  perSecond: count / seconds,
  cpuMicroseconds: (user + system) / count,
  askedMeanwhile: (await asked()) - askedBefore,
};
console.log(JSON.stringify(driven));
process.exit();
