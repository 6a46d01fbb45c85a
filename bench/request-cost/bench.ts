// What admission costs a request, without sockets: time and memory.
import { once } from 'node:events';
import path from 'node:path';
import type { Benchmark, Context, Outcome, Side } from '../lib/benchmark.ts';
import { medianAndRange } from '../lib/format.ts';
import { interleave, type Pair } from '../lib/interleave.ts';
import { onServerCore } from '../lib/pinning.ts';
import { start } from '../lib/processes.ts';
import { median } from '../lib/statistics.ts';

const MAX_NS = 2000;

/** The smallest object that V8 has: a request that left one behind would show as this. */
const SMALLEST_OBJECT_BYTES = 16;

const REQUESTS_OF_A_TURN = 50;

interface Cost {
  readonly nsPerRequest: number;
  readonly survivingBytes: number;
  readonly minorCollections: number;
}

export const requestCost: Benchmark = {
  name: 'request-cost',
  summary:
    'what admission with 20 routes takes of a request, over a hook that does nothing: time, and memory that stays',
  pinned: true,
  measures: ['src/admission'],
  spread: 'rounds in alternating order; median, least and most',
  async run({ quick, say }: Context): Promise<Outcome> {
    const rounds = quick ? 1 : 9;
    const turns = quick ? 2000 : 40_000;
    const { valid } = await interleave(rounds, async (side) => {
      const cost = await measure(side, turns);
      say(`${side === 'bare' ? 'the hook alone' : 'respite'}: ${nanoseconds(cost.nsPerRequest)}`);
      return cost;
    });
    return report(valid, turns * REQUESTS_OF_A_TURN);
  },
};

async function measure(side: Side, turns: number): Promise<Cost> {
  const child = start(onServerCore([process.execPath, path.join(import.meta.dirname, 'drive.mjs')]), {
    env: { SIDE: side, TURNS: String(turns), REQUESTS_OF_A_TURN: String(REQUESTS_OF_A_TURN) },
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the requests ended with ${code}: ${output}`);
  return JSON.parse(output) as Cost;
}

function report(pairs: readonly Pair<Cost>[], requests: number): Outcome {
  const addedNs = median(pairs.map(({ bare, respite }) => respite.nsPerRequest - bare.nsPerRequest));
  const addedBytes = median(pairs.map((pair) => survivingBytesOfRequest(pair, requests)));
  const column = (side: Side, read: (cost: Cost) => number, format: (value: number) => string): string =>
    medianAndRange(
      pairs.map((pair) => read(pair[side])),
      format,
    );
  const row = (name: string, side: Side): readonly string[] => [
    name,
    column(side, ({ nsPerRequest }) => nsPerRequest, nanoseconds),
    column(side, perCollection, (bytes) => `${(bytes / 1024).toFixed(0)} KB`),
    column(
      side,
      ({ minorCollections }) => requests / minorCollections,
      (count) => String(Math.round(count)),
    ),
  ];
  return {
    goals: [
      {
        what: 'time over the hook alone',
        goal: `≤ ${nanoseconds(MAX_NS)}`,
        figure: nanoseconds(addedNs),
        holds: addedNs <= MAX_NS,
      },
      {
        what: 'memory of a request that survives a minor collection',
        goal: `no object (the smallest has ${SMALLEST_OBJECT_BYTES} bytes)`,
        figure: `${addedBytes.toFixed(1)} bytes`,
        holds: addedBytes < SMALLEST_OBJECT_BYTES,
      },
    ],
    tables: [
      {
        title: 'Median (least to most) of the rounds',
        columns: ['', 'a request', 'alive after a minor collection', 'requests between two'],
        rows: [row('the hook alone', 'bare'), row('respite', 'respite')],
      },
    ],
    notes: [
      'Made-up requests go through `emit`, on 50 kept-alive connections; each is answered at once, all in a turn of the event loop.',
      'What stays alive after a collection is in the main the profiler itself; the goal is about what Respite adds for each request.',
    ],
    settings: { rounds: pairs.length, 'requests a round': requests },
    measurements: pairs,
  };
}

function perCollection({ survivingBytes, minorCollections }: Cost): number {
  return survivingBytes / minorCollections;
}

/** What Respite adds to what a collection leaves alive, for each request since the one before. */
function survivingBytesOfRequest({ bare, respite }: Pair<Cost>, requests: number): number {
  const added = perCollection(respite) - perCollection(bare);
  return Math.max(0, added) / (requests / respite.minorCollections);
}

function nanoseconds(value: number): string {
  return `${value.toFixed(0)} ns`;
}
