// What a hit costs when there are many URLs, as popular as URLs are, and the caller looks at the header fields.
import path from 'node:path';
import type { Goal, Table } from '../../lib/benchmark.ts';
import { medianAndRange, perSecond } from '../../lib/format.ts';
import { onServerCore } from '../../lib/pinning.ts';
import { outputOf } from '../../lib/processes.ts';
import { median } from '../../lib/statistics.ts';
import type { Plan, Read } from './plan.ts';
import { type System, SYSTEMS } from './systems.ts';

const BYTES = 1024;
const KEYS = 10_000;

const GOALS: readonly (readonly [than: System, least: number])[] = [
  ['undici fetch', 10],
  ['http-cache-semantics and lru-cache', 2],
];

/** By system, for each round. */
export type ManyKeys = ReadonlyMap<System, readonly number[]>;

/** In processes of their own, so that none profits from what another has compiled. */
export async function measureManyKeys(
  origin: string,
  settings: Pick<Plan, 'warmUpMs' | 'durationMs'> & { readonly rounds: number },
  say: (line: string) => void,
): Promise<ManyKeys> {
  const { rounds, warmUpMs, durationMs } = settings;
  const found = new Map<System, number[]>(SYSTEMS.map((system) => [system, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const system of round % 2 === 0 ? SYSTEMS : SYSTEMS.toReversed()) {
      const plan: Plan = { system, origin, bytes: BYTES, keys: KEYS, warmUpMs, durationMs };
      const main = path.join(import.meta.dirname, 'drive.ts');
      const output = await outputOf(onServerCore([process.execPath, main, JSON.stringify(plan)]));
      const read = JSON.parse(output) as Read;
      if (read.askedMeanwhile > 0)
        throw new Error(
          `${system}: the origin was asked ${read.askedMeanwhile} times, so these were no hits`,
        );
      found.get(system)?.push(read.perSecond);
      say(`10,000 URLs round ${round + 1} ${system.padEnd(36)}${perSecond(read.perSecond)}`);
    }
  }
  return found;
}

export function manyKeysGoals(found: ManyKeys): Goal[] {
  const ours = found.get('respite fetch') ?? [];
  return GOALS.map(([than, least]) => {
    const theirs = found.get(than) ?? [];
    const times = median(ours.map((each, round) => each / (theirs[round] ?? NaN)));
    return {
      what: `hits of 1 KB through fetch, 10,000 URLs, against ${than}`,
      goal: `≥ ${least} times`,
      figure: `${times.toFixed(1)} times`,
      holds: times >= least,
    };
  });
}

export function manyKeysTable(found: ManyKeys): Table {
  return {
    title:
      'Hits of 1 KB over 10,000 URLs with Zipf popularity, header fields read; median (least to most) of the rounds',
    columns: ['', 'a second'],
    rows: [...found].map(([system, all]) => [system, medianAndRange(all, perSecond)]),
  };
}
