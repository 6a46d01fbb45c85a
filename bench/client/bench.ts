// What the client costs a call through undici: processor time, timers, and memory that stays.
import { once } from 'node:events';
import path from 'node:path';
import type { Benchmark, Context, Goal, Outcome } from '../lib/benchmark.ts';
import { medianAndRange } from '../lib/format.ts';
import { onLoadCore, onServerCore } from '../lib/pinning.ts';
import { start } from '../lib/processes.ts';
import { listen } from '../lib/server.ts';
import { median, quantile } from '../lib/statistics.ts';

const MAX_NS = 2000;

/** A leak of one object per thousand calls would be more than this. */
const MAX_GROWN_BYTES = 64 * 1024;

/** What a driver prints. */
interface Cost {
  /** Nanoseconds of processor time per call, in pairs of blocks that follow each other. */
  readonly pairs: readonly { readonly bare: number; readonly client: number }[];
  readonly createdTimers: number;
  /** Heap in use after all calls, over what it was after the first. */
  readonly grownBytes: number;
}

interface Plan {
  readonly calls: number;
  readonly blocks: number;
}

export const client: Benchmark = {
  name: 'client',
  summary:
    'what respite/client takes of a call through undici: processor time, timers, and memory that stays',
  pinned: true,
  measures: ['src/client'],
  spread: 'blocks in alternating order; median, least, most and the middle half',
  async run({ quick, say }: Context): Promise<Outcome> {
    const inMemory: Plan = quick ? { calls: 2000, blocks: 20 } : { calls: 50_000, blocks: 200 };
    const overLoopback: Plan = quick ? { calls: 200, blocks: 10 } : { calls: 1000, blocks: 300 };
    const { server, port } = await listen('bare', 'hello.mjs');
    const loopback = await measure(overLoopback, { ORIGIN: `http://127.0.0.1:${port}` });
    await server.stop();
    say(`over loopback: ${nanoseconds(added(loopback))} more`);
    const memory = await measure(inMemory);
    say(`in memory: ${nanoseconds(added(memory))} more`);
    return report(loopback, memory, inMemory);
  },
};

async function measure({ calls, blocks }: Plan, env: Readonly<Record<string, string>> = {}): Promise<Cost> {
  // The server has the one core, what is measured the other; without a server any will do.
  const place = 'ORIGIN' in env ? onLoadCore : onServerCore;
  const driver = path.join(import.meta.dirname, 'drive.mjs');
  const child = start(place([process.execPath, '--expose-gc', driver]), {
    env: { CALLS: String(calls), BLOCKS: String(blocks), ...env },
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the calls ended with ${code}: ${output}`);
  return JSON.parse(output) as Cost;
}

function added({ pairs }: Cost): number {
  return median(pairs.map(({ bare, client: own }) => own - bare));
}

function report(loopback: Cost, memory: Cost, { calls, blocks }: Plan): Outcome {
  const goals: readonly Goal[] = [
    costGoal('processor time over undici alone', memory),
    {
      what: 'timers per call',
      goal: '0',
      figure: String(memory.createdTimers / calls),
      holds: memory.createdTimers <= calls / 1000,
    },
    {
      what: `heap in use after ${(calls * blocks).toLocaleString('en')} calls`,
      goal: `≤ ${MAX_GROWN_BYTES / 1024} KB more`,
      figure: `${(memory.grownBytes / 1024).toFixed(0)} KB`,
      holds: memory.grownBytes <= MAX_GROWN_BYTES,
    },
  ];
  const row = (name: string, { pairs }: Cost): readonly string[] => [
    name,
    medianAndRange(
      pairs.map(({ bare }) => bare),
      nanoseconds,
    ),
    medianAndRange(
      pairs.map(({ client: own }) => own),
      nanoseconds,
    ),
    nanoseconds(added({ pairs, createdTimers: 0, grownBytes: 0 })),
    `${nanoseconds(middle(pairs, 0.25))} to ${nanoseconds(middle(pairs, 0.75))}`,
  ];
  return {
    goals,
    tables: [
      {
        title: 'Processor time of a call: median (least to most) of the blocks',
        columns: ['', 'undici', 'undici and the client', 'added', 'middle half of the pairs'],
        rows: [row('over loopback', loopback), row('in memory', memory)],
      },
    ],
    notes: [
      'Blocks with and without the client alternate in one process, 50 calls in flight; garbage collection is part of a block.',
      'The goal is about calls that a dispatcher answers in memory. Over loopback the scatter of the sockets is larger than the client’s cost.',
    ],
    settings: { 'pairs over loopback': loopback.pairs.length, 'pairs in memory': memory.pairs.length },
    measurements: { loopback, memory },
  };
}

function costGoal(what: string, cost: Cost): Goal {
  const ns = added(cost);
  return { what, goal: `≤ ${nanoseconds(MAX_NS)}`, figure: nanoseconds(ns), holds: ns <= MAX_NS };
}

function middle(pairs: Cost['pairs'], share: number): number {
  return quantile(
    pairs.map(({ bare, client: own }) => own - bare),
    share,
  );
}

function nanoseconds(value: number): string {
  return `${value.toFixed(0)} ns`;
}
