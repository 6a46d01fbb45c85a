// What the console costs the supervisor: processor time and memory with an hour of history and pages that look.
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Context, Outcome } from '../lib/benchmark.ts';
import { medianAndRange } from '../lib/format.ts';
import { ManagementPort } from '../lib/management.ts';
import { cpuSeconds, residentMb } from '../lib/process-figures.ts';
import { listen } from '../lib/server.ts';
import { median } from '../lib/statistics.ts';
import { steadyLoad } from '../lib/steady-load.ts';

const MOST_CPU_SHARE = 0.02;
const MAX_IDLE_MEMORY_MB = 60;
const MOST_MEMORY_MB = 100;

/** Pages that look, at the same time; none is what the supervisor costs anyway. */
const PAGES = [1, 3] as const;
const STREAMS = [0, ...PAGES] as const;

/** So that there is something to tell. */
const REQUESTS_PER_SECOND = 200;

interface Measured {
  /** Of one core. */
  readonly cpuShare: number;
  readonly memoryMb: number;
  /** Received by each page in a second, after the history. */
  readonly bytesPerSecond: number;
  readonly historyBytes: number;
}

export const consolePage: Benchmark = {
  name: 'console',
  summary:
    'processor time and memory of the supervisor with an hour of history, with no page open, one and three',
  pinned: true,
  measures: ['src/supervisor', 'src/management', 'src/telemetry'],
  spread: 'fresh processes in alternating order; median, least and most',
  async run({ quick, say }: Context): Promise<Outcome> {
    const [rounds, seconds] = quick ? [1, 5] : [3, 30];
    const found = new Map<number, Measured[]>(STREAMS.map((streams) => [streams, []]));
    for (let i = 0; i < rounds; i += 1) {
      for (const streams of STREAMS) {
        const measured = await measure(streams, seconds);
        found.get(streams)?.push(measured);
        say(`${streams} open: ${share(measured.cpuShare)}, ${mb(measured.memoryMb)}`);
      }
    }
    return report(found, rounds, seconds);
  },
};

async function measure(streams: number, seconds: number): Promise<Measured> {
  const { server, port } = await listen('respite', 'hello.mjs', {
    options: ['--workers', '2'],
    // Loaded into the supervisor: an hour has passed when the first moment is there.
    env: { NODE_OPTIONS: `--import ${new URL('an-hour-ago.mjs', import.meta.url).href}` },
  });
  const management = await ManagementPort.of(server);
  await management.settled();
  const stopLoad = steadyLoad(port, REQUESTS_PER_SECOND);
  const pages = Array.from({ length: streams }, () => new Page(management.url));
  try {
    await delay(3000);
    const historyBytes = Math.max(0, ...pages.map(({ bytes }) => bytes));
    const before = cpuSeconds(server.pid);
    const startedMs = performance.now();
    await delay(seconds * 1000);
    const passed = (performance.now() - startedMs) / 1000;
    const received = Math.max(0, ...pages.map(({ bytes }) => bytes)) - historyBytes;
    return {
      cpuShare: (cpuSeconds(server.pid) - before) / passed,
      memoryMb: residentMb(server.pid),
      bytesPerSecond: received / passed,
      historyBytes,
    };
  } finally {
    for (const page of pages) page.close();
    await stopLoad();
    await server.stop();
  }
}

/** Reads all that comes. */
class Page {
  bytes = 0;
  readonly #request: ReturnType<typeof get>;

  constructor(url: string) {
    this.#request = get(`${url}/events`, { agent: false }, (response) => {
      response.on('data', (chunk: Buffer) => {
        this.bytes += chunk.length;
      });
      response.on('error', () => {});
    });
    this.#request.on('error', () => {});
  }

  close(): void {
    this.#request.destroy();
  }
}

function share(value: number): string {
  return `${(100 * value).toFixed(2)} %`;
}

function mb(value: number): string {
  return `${value.toFixed(1)} MB`;
}

function kb(value: number): string {
  return `${(value / 1024).toFixed(1)} KB`;
}

function report(found: ReadonlyMap<number, readonly Measured[]>, rounds: number, seconds: number): Outcome {
  const read = (streams: number, what: keyof Measured): number[] =>
    (found.get(streams) ?? []).map((measured) => measured[what]);
  const opened = (streams: number): string => (streams === 1 ? '1 page' : `${streams} pages`);
  const row = (name: string, what: keyof Measured, format: (value: number) => string): string[] => [
    name,
    ...STREAMS.map((streams) => medianAndRange(read(streams, what), format)),
  ];
  return {
    goals: PAGES.flatMap((streams) => [
      {
        what: `processor, ${opened(streams)} open`,
        goal: `≤ ${share(MOST_CPU_SHARE)} of a core`,
        figure: share(median(read(streams, 'cpuShare'))),
        holds: median(read(streams, 'cpuShare')) <= MOST_CPU_SHARE,
      },
      {
        what: `memory, ${opened(streams)} open`,
        goal: `≤ ${MOST_MEMORY_MB} MB`,
        figure: mb(median(read(streams, 'memoryMb'))),
        holds: median(read(streams, 'memoryMb')) <= MOST_MEMORY_MB,
      },
    ]).concat({
      what: 'memory, 0 pages open',
      goal: `≤ ${MAX_IDLE_MEMORY_MB} MB`,
      figure: mb(median(read(0, 'memoryMb'))),
      holds: median(read(0, 'memoryMb')) <= MAX_IDLE_MEMORY_MB,
    }),
    tables: [
      {
        title: 'The supervisor of two workers; median (least to most) of fresh processes',
        columns: ['', ...STREAMS.map(opened)],
        rows: [
          row('processor', 'cpuShare', share),
          row('memory', 'memoryMb', mb),
          row('sent at first, an hour', 'historyBytes', kb),
          row('sent to each in a second', 'bytesPerSecond', kb),
        ],
      },
    ],
    notes: [
      'The hour is made: its moments are written into the history at its first moment.',
      'Processor time counts in hundredths of a second; memory is what is resident at the end.',
    ],
    settings: { rounds, 'seconds of each run': seconds, 'requests per second': REQUESTS_PER_SECOND },
    measurements: Object.fromEntries(found),
  };
}
