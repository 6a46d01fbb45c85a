// Chromium loads pages ahead until the server gets three times what it can do: are the pages served that users open?
import path from 'node:path';
import type { Benchmark, Context, Outcome } from '../lib/benchmark.ts';
import { ManagementPort } from '../lib/management.ts';
import { listen } from '../lib/server.ts';
import { browse, type Navigations } from './browser.ts';

/** A page takes this long on the event loop: slow, so that a browser beside it can ask for three times as much. */
const SERVICE_MS = 50;
const CAPACITY = 1000 / SERVICE_MS;

/** Together 4 navigations a second, a fifth of the capacity. Each page names more pages than the browser gets to before its user has left. */
const USERS = 4;
const EVERY_MS = 1000;
const PREFETCHES = 22;

/** Enough navigations for one in a thousand to show. */
const SECONDS = 300;
const QUICK_SECONDS = 15;
/** The control needs less: it misses by far more than one in a thousand. */
const CONTROL_SECONDS = 40;

const GOALS = { served: 0.999, load: 3, control: 0.99 };

interface Row {
  readonly name: string;
  readonly navigations: Navigations;
  readonly load: number;
  readonly prefetches: number;
  readonly shed: number;
}

export const prefetch: Benchmark = {
  name: 'prefetch',
  summary: 'Chromium loads pages ahead at three times what a server can do: which pages do users get?',
  pinned: false,
  measures: ['src/admission/classify', 'src/admission/priority'],
  spread: 'one run with hints and one without; every navigation is counted',
  async run({ quick, say }: Context): Promise<Outcome> {
    const rows: Row[] = [];
    for (const [name, seconds, options] of [
      ['hints on (default)', quick ? QUICK_SECONDS : SECONDS, []],
      [
        'hints off',
        quick ? QUICK_SECONDS : CONTROL_SECONDS,
        ['--config', path.join(import.meta.dirname, 'off.config.json')],
      ],
    ] as const) {
      const row = await measure(name, seconds, options);
      rows.push(row);
      say(
        `${name}: ${share(row)} of ${row.navigations.asked} navigations served, ${loadOf(row)} the capacity`,
      );
    }
    return report(rows);
  },
};

async function measure(name: string, seconds: number, options: readonly string[]): Promise<Row> {
  const { server, port } = await listen('respite', 'pages.mjs', {
    options: ['--workers', '1', ...options],
    env: { SERVICE_MS: String(SERVICE_MS), PREFETCHES: String(PREFETCHES) },
  });
  const management = await ManagementPort.of(server);
  await management.settled();
  const startedMs = performance.now();
  const navigations = await browse({ port, users: USERS, everyMs: EVERY_MS, seconds });
  const tookSeconds = (performance.now() - startedMs) / 1000;
  const { requests, shed } = await countsOf(management);
  await server.stop();
  return {
    name,
    navigations,
    load: requests / tookSeconds / CAPACITY,
    prefetches: requests - navigations.asked,
    shed,
  };
}

/** Of all requests: the browser shows no speculative ones to who drives it, the server does. */
async function countsOf({ url }: ManagementPort): Promise<{ requests: number; shed: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  let [requests, shed] = [0, 0];
  for (const [, labels = '', value] of text.matchAll(
    /^respite_admission_requests_total\{([^}]*)\} (\d+)$/gm,
  )) {
    requests += Number(value);
    if (labels.includes('decision="shed"')) shed += Number(value);
  }
  return { requests, shed };
}

function share({ navigations: { served, asked } }: Row): string {
  return `${((100 * served) / asked).toFixed(2)} %`;
}

function loadOf({ load }: Row): string {
  return `${load.toFixed(2)} times`;
}

function report(rows: readonly Row[]): Outcome {
  const [on, off] = rows;
  if (on === undefined || off === undefined) throw new Error('both situations are measured');
  const isServed = ({ navigations: { served, asked } }: Row, goal: number): boolean => served >= goal * asked;
  return {
    goals: [
      {
        what: 'navigations served, Chromium at 3 times the capacity',
        goal: `≥ ${100 * GOALS.served} %`,
        figure: `${share(on)} of ${on.navigations.asked}`,
        holds: isServed(on, GOALS.served),
      },
      {
        what: 'load meanwhile',
        goal: `≥ ${GOALS.load} times the capacity, more than half of it prefetches`,
        figure: `${loadOf(on)}, ${on.prefetches} prefetches and ${on.navigations.asked} navigations`,
        holds: on.load >= GOALS.load && on.prefetches > on.navigations.asked,
      },
      {
        what: 'navigations served, hints off (control)',
        goal: `< ${100 * GOALS.control} %`,
        figure: `${share(off)} of ${off.navigations.asked}`,
        holds: !isServed(off, GOALS.control),
      },
    ],
    tables: [
      {
        title: 'Navigations and prefetches',
        columns: ['', 'navigations', 'served', 'others', 'prefetches', 'all requests shed', 'load'],
        rows: rows.map((row) => [
          row.name,
          String(row.navigations.asked),
          share(row),
          Object.entries(row.navigations.others)
            .map(([outcome, times]) => `${times} × ${outcome}`)
            .join(', ') || 'none',
          String(row.prefetches),
          String(row.shed),
          loadOf(row),
        ]),
      },
    ],
    notes: [
      'Users have browser contexts of their own in one Chromium. Half of the pages are loaded ahead by `<link rel=prefetch>`, half by speculation rules.',
      'Without hints the load is lower, as a page that is not served names no others.',
    ],
    settings: {
      users: USERS,
      'ms between navigations of a user': EVERY_MS,
      'prefetches of a page': PREFETCHES,
      'ms of the event loop for a page': SERVICE_MS,
    },
    measurements: rows,
  };
}
