// What a process holds that asks for a million URLs, each once.
import path from 'node:path';
import type { Goal, Table } from '../../lib/benchmark.ts';
import { onServerCore } from '../../lib/pinning.ts';
import { outputOf } from '../../lib/processes.ts';
import type { Flood, Held } from './plan.ts';

const MIB = 1024 * 1024;
const LIMIT_BYTES = 64 * MIB;
const BODY_BYTES = 1024;

/** The store is full long before the first quarter is over, so that what comes after must not add anything. */
const MAX_GROWTH_BYTES = 8 * MIB;

export async function measureMemory(urls: number): Promise<readonly Held[]> {
  const plan: Flood = { urls, bodyBytes: BODY_BYTES, limitBytes: LIMIT_BYTES };
  const main = path.join(import.meta.dirname, 'flood.ts');
  const output = await outputOf(onServerCore([process.execPath, '--expose-gc', main, JSON.stringify(plan)]));
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Held);
}

export function memoryGoals(held: readonly Held[]): Goal[] {
  const [first, last] = [held[0], held.at(-1)];
  if (first === undefined || last === undefined) return [];
  const storeBytes = Math.max(...held.map((one) => one.storeBytes));
  const growth = inUse(last) - inUse(first);
  const urls = last.urls.toLocaleString('en');
  return [
    {
      what: `the memory store, when ${urls} URLs have been asked for`,
      goal: `≤ ${mib(LIMIT_BYTES)}, each of them stored`,
      figure: `${mib(storeBytes)}, ${last.stored.toLocaleString('en')} stored`,
      holds: storeBytes <= LIMIT_BYTES && last.stored === last.urls,
    },
    {
      what: 'what the process uses more after the last three quarters of them',
      goal: `≤ ${mib(MAX_GROWTH_BYTES)}`,
      figure: mib(growth),
      holds: growth <= MAX_GROWTH_BYTES,
    },
  ];
}

export function memoryTable(held: readonly Held[]): Table {
  return {
    title: `Memory of a process whose store may hold ${mib(LIMIT_BYTES)}, asked for URLs of 1 KB, each once`,
    columns: ['URLs', 'store', 'heap', 'outside of the heap', 'resident'],
    rows: held.map((one) => [
      one.urls.toLocaleString('en'),
      mib(one.storeBytes),
      mib(one.heapBytes),
      mib(one.externalBytes),
      mib(one.residentBytes),
    ]),
  };
}

function inUse({ heapBytes, externalBytes }: Held): number {
  return heapBytes + externalBytes;
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}
