// `node read.ts <plan as JSON>`: reads what is stored, in any order, as often as it can; prints what it took.
import { random } from '../../lib/statistics.ts';
import type { Read, Reading } from './plan.ts';
import { prepare } from './readers.ts';

const plan = JSON.parse(process.argv[2] ?? '') as Read;
const get = await prepare(plan);
const chance = random(1);

/** Until the time is over, so many at a time; returns how many. */
async function run(ms: number): Promise<number> {
  const untilMs = performance.now() + ms;
  let count = 0;
  const inTurn = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      await get(Math.floor(chance() * plan.keys));
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: plan.atOnce }, inTurn));
  return count;
}

await run(plan.warmUpMs);
const cpuBefore = process.cpuUsage();
const startedMs = performance.now();
const count = await run(plan.durationMs);
const seconds = (performance.now() - startedMs) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
const reading: Reading = { perSecond: count / seconds, cpuMicroseconds: (user + system) / count };
console.log(JSON.stringify(reading));
process.exit();
