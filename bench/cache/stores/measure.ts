// What a hit in Redis costs besides the GET that it takes, and the same for memcached.
import path from 'node:path';
import type { Goal, Table } from '../../lib/benchmark.ts';
import { medianAndRange, perSecond } from '../../lib/format.ts';
import { onServerCore } from '../../lib/pinning.ts';
import { outputOf } from '../../lib/processes.ts';
import { median } from '../../lib/statistics.ts';
import {
  type Backend,
  type Fill,
  READERS,
  type Read,
  type Reader,
  type Reading,
  type Readings,
} from './plan.ts';
import { startStoreServer } from './servers.ts';

export interface Settings {
  /** Processes for each row, and slices of each reader in each of them. */
  readonly processes: number;
  readonly slices: number;
  readonly warmUpMs: number;
  readonly sliceMs: number;
  /** The larger of the two numbers of responses in Redis. */
  readonly manyKeys: number;
}

export interface Measured {
  readonly backend: Backend;
  readonly keys: number;
  readonly atOnce: number;
  readonly readings: Readings;
}

const FEW_KEYS = 10;
const AT_ONCE = [1, 32] as const;

/** Time of a read, to that of what gives the same without a cache: the bytes, or a Response of them. */
const MAX_RATIO = 1.3;
const WITHOUT_CACHE = { store: 'bare get', fetch: 'get as Response' } as const;

/** Nothing of a backend that is not installed. */
export async function measureStores(
  { manyKeys, ...settings }: Settings,
  say: (line: string) => void,
): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  for (const [backend, keys] of [
    ['Redis', FEW_KEYS],
    ['Redis', manyKeys],
    ['memcached', FEW_KEYS],
  ] as const) {
    const server = await startStoreServer(backend);
    if (server === undefined) {
      say(`${backend} is not installed, and left out`);
      continue;
    }
    const fill: Fill = { backend, port: server.port, keys };
    say(`storing ${keys.toLocaleString('en')} responses in ${backend}`);
    await run('fill.ts', fill);
    for (const atOnce of AT_ONCE) measured.push(await measure(fill, atOnce, settings, say));
    await server.stop();
  }
  return measured;
}

async function measure(
  fill: Fill,
  atOnce: number,
  { processes, ...timing }: Omit<Settings, 'manyKeys'>,
  say: (line: string) => void,
): Promise<Measured> {
  const readings: Record<Reader, Reading[]> = { 'bare get': [], 'get as Response': [], store: [], fetch: [] };
  for (let round = 1; round <= processes; round += 1) {
    const plan: Read = { ...fill, atOnce, ...timing };
    const found = JSON.parse(await run('read.ts', plan)) as Readings;
    const each = READERS.map((reader) => {
      readings[reader].push(...found[reader]);
      return `${reader} ${perSecond(median(found[reader].map((one) => one.perSecond)))}`;
    });
    say(`${nameOf(fill)}, ${atOnce} at a time, process ${round}: ${each.join(', ')}`);
  }
  return { backend: fill.backend, keys: fill.keys, atOnce, readings };
}

function run(script: string, plan: Fill): Promise<string> {
  const main = path.join(import.meta.dirname, script);
  return outputOf(onServerCore([process.execPath, main, JSON.stringify(plan)]));
}

export function storeGoals(measured: readonly Measured[]): Goal[] {
  const goals: Goal[] = [];
  for (const one of measured) {
    if (one.backend !== 'Redis') continue;
    for (const reader of ['store', 'fetch'] as const) {
      const bare = WITHOUT_CACHE[reader];
      const times = ratioTo(one, reader, bare);
      goals.push({
        what: `hits of 1 KB through ${reader === 'store' ? 'the store' : 'fetch'}, ${nameOf(one)}, ${one.atOnce} at a time`,
        goal: `≤ ${MAX_RATIO} times a ${bare === 'bare get' ? 'bare GET' : 'bare GET made a Response'}`,
        figure: `${times.toFixed(2)} times`,
        holds: times <= MAX_RATIO,
      });
    }
  }
  return goals;
}

export function storeTables(measured: readonly Measured[]): Table[] {
  return measured.map((one) => ({
    title: `Reads of 1 KB, ${nameOf(one)}, ${one.atOnce} at a time; median (least to most) of the slices`,
    columns: [
      '',
      'a second',
      'CPU of the process, µs each',
      'time, to that of a bare GET',
      'to that of one made a Response',
    ],
    rows: READERS.map((reader) => [
      reader,
      medianAndRange(
        one.readings[reader].map((reading) => reading.perSecond),
        perSecond,
      ),
      medianAndRange(
        one.readings[reader].map((reading) => reading.cpuMicroseconds),
        (value) => value.toFixed(1),
      ),
      ratioTo(one, reader, 'bare get').toFixed(2),
      ratioTo(one, reader, 'get as Response').toFixed(2),
    ]),
  }));
}

/** Time for each read, to that of another in the same turn. */
function ratioTo({ readings }: Measured, reader: Reader, to: Reader): number {
  return median(readings[reader].map(({ perSecond: own }, i) => (readings[to][i]?.perSecond ?? NaN) / own));
}

function nameOf({ backend, keys }: Pick<Measured, 'backend' | 'keys'>): string {
  return `${backend} with ${keys.toLocaleString('en')} keys`;
}
