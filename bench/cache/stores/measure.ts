// What a hit in Redis costs besides the GET that it takes, and the same for memcached.
import { once } from 'node:events';
import path from 'node:path';
import type { Goal, Table } from '../../lib/benchmark.ts';
import { medianAndRange, perSecond } from '../../lib/format.ts';
import { onServerCore } from '../../lib/pinning.ts';
import { start } from '../../lib/processes.ts';
import { median } from '../../lib/statistics.ts';
import { type Backend, type Fill, READERS, type Read, type Reader, type Reading } from './plan.ts';
import { startStoreServer } from './servers.ts';

export interface Settings {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** The larger of the two numbers of responses in Redis. */
  readonly manyKeys: number;
}

export interface Measured {
  readonly backend: Backend;
  readonly keys: number;
  readonly atOnce: number;
  readonly readings: Readonly<Record<Reader, readonly Reading[]>>;
}

const FEW_KEYS = 10;
const AT_ONCE = [1, 32] as const;

/** Time of a read through the store, to that of a bare GET. */
const MAX_RATIO = 1.3;

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
  { rounds, ...timing }: Omit<Settings, 'manyKeys'>,
  say: (line: string) => void,
): Promise<Measured> {
  const readings: Record<Reader, Reading[]> = { 'bare get': [], store: [], fetch: [] };
  for (let round = 0; round < rounds; round += 1) {
    // Forwards and backwards in turn, so that what drifts on the machine hits all alike.
    for (const reader of round % 2 === 0 ? READERS : READERS.toReversed()) {
      const plan: Read = { ...fill, reader, atOnce, ...timing };
      const reading = JSON.parse(await run('read.ts', plan)) as Reading;
      readings[reader].push(reading);
      const where = `${nameOf(fill)}, ${atOnce} at a time, round ${round + 1}`;
      say(`${where} ${reader.padEnd(10)}${perSecond(reading.perSecond)}`);
    }
  }
  return { backend: fill.backend, keys: fill.keys, atOnce, readings };
}

/** In a process of its own, so that none profits from what another has compiled; returns what it prints. */
async function run(script: string, plan: Fill): Promise<string> {
  const main = path.join(import.meta.dirname, script);
  const child = start(onServerCore([process.execPath, main, JSON.stringify(plan)]));
  let output = '';
  let complaints = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode !== 0) throw new Error(`${script} ended with exit code ${exitCode}:\n${complaints}`);
  return output;
}

export function storeGoals(measured: readonly Measured[]): Goal[] {
  return measured
    .filter(({ backend }) => backend === 'Redis')
    .map((one) => {
      const times = ratioTo(one, 'store');
      return {
        what: `reads of 1 KB through the store, ${nameOf(one)}, ${one.atOnce} at a time`,
        goal: `≤ ${MAX_RATIO} times a bare GET`,
        figure: `${times.toFixed(2)} times`,
        holds: times <= MAX_RATIO,
      };
    });
}

export function storeTables(measured: readonly Measured[]): Table[] {
  return measured.map((one) => ({
    title: `Reads of 1 KB, ${nameOf(one)}, ${one.atOnce} at a time; median (least to most) of the rounds`,
    columns: ['', 'a second', 'CPU of the process, µs each', 'time, to that of a bare GET'],
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
      ratioTo(one, reader).toFixed(2),
    ]),
  }));
}

/** Time for each read, to that of a bare GET in the same round. */
function ratioTo({ readings }: Measured, reader: Reader): number {
  const bare = readings['bare get'];
  return median(readings[reader].map(({ perSecond: own }, i) => (bare[i]?.perSecond ?? NaN) / own));
}

function nameOf({ backend, keys }: Pick<Measured, 'backend' | 'keys'>): string {
  return `${backend} with ${keys.toLocaleString('en')} keys`;
}
