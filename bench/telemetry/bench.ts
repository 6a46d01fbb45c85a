// What telemetry costs: a request in the worker, a scrape in the supervisor.
import { once } from 'node:events';
import path from 'node:path';
import type { Benchmark, Context, Outcome, Side } from '../lib/benchmark.ts';
import { medianAndRange, ms } from '../lib/format.ts';
import { interleave, type Pair } from '../lib/interleave.ts';
import { onServerCore } from '../lib/pinning.ts';
import { start } from '../lib/processes.ts';
import { median } from '../lib/statistics.ts';

const MAX_NS = 500;

/** Less than one object in a hundred requests; what there is, is of timers and new series. */
const MAX_BYTES = 0.16;

const MAX_SCRAPE_MS = 20;
const WORKERS = 16;
const ROUTES = 200;
const REQUESTS_OF_A_TURN = 50;

interface Cost {
  readonly nsPerRequest: number;
  readonly bytesPerRequest: number;
}

interface Scrapes {
  readonly text: readonly number[];
  readonly openmetrics: readonly number[];
  readonly bytes: number;
  readonly carriedMs: number;
  readonly carriedBytes: number;
}

export const telemetry: Benchmark = {
  name: 'telemetry',
  summary:
    'what counting takes of a request, and what a scrape with 16 workers and 200 routes takes of the supervisor',
  pinned: true,
  measures: ['src/telemetry'],
  spread: 'rounds in alternating order; median, least and most',
  async run({ quick, say }: Context): Promise<Outcome> {
    const rounds = quick ? 1 : 9;
    const turns = quick ? 4000 : 60_000;
    const { valid } = await interleave(rounds, async (side) => {
      const cost = await ask<Cost>('requests.mjs', { SIDE: side, TURNS: String(turns) });
      say(`${side === 'bare' ? 'nothing' : 'telemetry'}: ${nanoseconds(cost.nsPerRequest)}`);
      return cost;
    });
    const scrapes = await ask<Scrapes>('scrapes.mjs', { SCRAPES: quick ? '10' : '100' });
    say(`a scrape: ${ms(median(scrapes.text))}`);
    return report(valid, scrapes, turns * REQUESTS_OF_A_TURN);
  },
};

async function ask<T>(script: string, settings: Readonly<Record<string, string>>): Promise<T> {
  const child = start(onServerCore([process.execPath, path.join(import.meta.dirname, script)]), {
    env: {
      ...settings,
      REQUESTS_OF_A_TURN: String(REQUESTS_OF_A_TURN),
      WORKERS: String(WORKERS),
      ROUTES: String(ROUTES),
    },
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${output}`);
  return JSON.parse(output) as T;
}

function report(pairs: readonly Pair<Cost>[], scrapes: Scrapes, requests: number): Outcome {
  const added = (read: (cost: Cost) => number): number =>
    median(pairs.map(({ bare, respite }) => read(respite) - read(bare)));
  const addedNs = added(({ nsPerRequest }) => nsPerRequest);
  const addedBytes = added(({ bytesPerRequest }) => bytesPerRequest);
  const slowestMs = Math.max(median(scrapes.text), median(scrapes.openmetrics));
  const row = (name: string, side: Side): readonly string[] => [
    name,
    medianAndRange(
      pairs.map((pair) => pair[side].nsPerRequest),
      nanoseconds,
    ),
    medianAndRange(
      pairs.map((pair) => pair[side].bytesPerRequest),
      (bytes) => `${bytes.toFixed(2)} bytes`,
    ),
  ];
  return {
    goals: [
      {
        what: 'time of a request',
        goal: `≤ ${nanoseconds(MAX_NS)}`,
        figure: nanoseconds(addedNs),
        holds: addedNs <= MAX_NS,
      },
      {
        what: 'heap of a request',
        goal: 'no object',
        figure: `${addedBytes.toFixed(2)} bytes`,
        holds: addedBytes <= MAX_BYTES,
      },
      {
        what: `scrape with ${WORKERS} workers and ${ROUTES} routes, median, of the supervisor`,
        goal: `≤ ${ms(MAX_SCRAPE_MS)}`,
        figure: ms(slowestMs),
        holds: slowestMs <= MAX_SCRAPE_MS,
      },
    ],
    tables: [
      {
        title: 'A request: median (least to most) of the rounds',
        columns: ['', 'time', 'allocated'],
        rows: [row('functions that do nothing', 'bare'), row('telemetry', 'respite')],
      },
      {
        title: `A scrape: ${(scrapes.bytes / 1e6).toFixed(1)} MB of text, median (least to most)`,
        columns: ['format', 'read, sum and render'],
        rows: [
          ['Prometheus text', medianAndRange(scrapes.text, ms)],
          ['OpenMetrics', medianAndRange(scrapes.openmetrics, ms)],
        ],
      },
      {
        title: 'What samples would take each second if they carried the counters of all workers',
        columns: ['to write and read', 'sent'],
        rows: [[ms(scrapes.carriedMs), `${(scrapes.carriedBytes / 1e6).toFixed(1)} MB`]],
      },
    ],
    notes: [
      'Times are of the processor, in the thread that does it.',
      'A request is counted as decided, as about to be answered, and as ended; the file that outlives the worker is written as at 20,000 requests a second.',
      'What a request takes of the heap is fs.writeSync’s: some 57 bytes inside Node.js for each write, of which there is one for ten requests here.',
      'Each route has three series: a method and a status each.',
    ],
    settings: { rounds: pairs.length, 'requests a round': requests },
    measurements: { pairs, scrapes },
  };
}

function nanoseconds(value: number): string {
  return `${value.toFixed(0)} ns`;
}
