// `node read.ts <plan as JSON>`: reads what is stored, in any order, as often as it can, in each of the ways; prints what they took.
import { random } from '../../lib/statistics.ts';
import { type Read, READERS, type Reader, type Reading } from './plan.ts';
import { type Get, prepare } from './readers.ts';

const plan = JSON.parse(process.argv[2] ?? '') as Read;
const chance = random(1);

/** Reads until the time is over, this many at a time. */
async function read(get: Get, ms: number): Promise<Reading> {
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  const untilMs = startedMs + ms;
  let count = 0;
  const inTurn = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      await get(Math.floor(chance() * plan.keys));
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: plan.atOnce }, inTurn));
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond: count / seconds, cpuMicroseconds: (user + system) / count };
}

const gets = await prepare(plan);
const readings: Record<Reader, Reading[]> = { 'bare get': [], 'get as Response': [], store: [], fetch: [] };
for (const reader of READERS) await read(gets[reader], plan.warmUpMs);
for (let slice = 0; slice < plan.slices; slice += 1) {
  for (const reader of slice % 2 === 0 ? READERS : READERS.toReversed())
    readings[reader].push(await read(gets[reader], plan.sliceMs));
}
console.log(JSON.stringify(readings));
process.exit();
