// What `respite tune` must find.
import type { TuneReport } from '../../src/load/tune/index.ts';
import type { Goal } from '../lib/benchmark.ts';
import { ms, percent, perSecond } from '../lib/format.ts';
import type { SweepPoint } from './sweep.ts';

/** Capacity against a closed loop, and two runs against each other. */
const DEVIATION = 0.05;
/** Goodput under the limit that was found, against the best of all limits. */
const LIMIT_SHARE = 0.9;
/** The last answer with one copy of the socket, as plain Node.js has it, and how far it may be off: 200 iterations of 20 ms and what they do. */
const ONE_COPY_MS = 4200;
const ONE_COPY_DEVIATION = 0.1;
const ANSWERED_MS = 500;

/** What is known of a server, and what two runs have found. */
export interface Measured {
  readonly server: string;
  /** Requests per second by a closed loop. */
  readonly truth: number;
  readonly found: readonly number[];
  /** Best fixed limits that were found. */
  readonly limits: readonly number[];
  /** Under each of many limits, those included. */
  readonly sweep: readonly SweepPoint[];
}

export function goalsOf({ server, truth, found, limits, sweep }: Measured): readonly Goal[] {
  const worst = Math.max(...found.map((each) => Math.abs(each / truth - 1)));
  const apart = Math.max(...found) / Math.min(...found) - 1;
  const best = Math.max(...sweep.map(({ goodPerSecond }) => goodPerSecond));
  const served = limits.map((limit) => under(sweep, limit) / best);
  const least = limits.length === found.length ? Math.min(...served) : Number.NaN;
  return [
    within(`${server}: capacity against a closed loop, the worse of two runs`, worst),
    within(`${server}: two runs`, apart),
    {
      what: `${server}: goodput under the limit that was found, of the best of ${sweep.length} limits`,
      goal: `≥ ${percent(LIMIT_SHARE)}`,
      figure: Number.isNaN(least) ? 'no limit was found' : percent(least),
      holds: least >= LIMIT_SHARE,
    },
  ];
}

export function under(sweep: readonly SweepPoint[], limit: number): number {
  return sweep.find((point) => point.limit === limit)?.goodPerSecond ?? Number.NaN;
}

export function acceptGoals(accept: TuneReport['accept']): readonly Goal[] {
  const { slowestMs = Number.NaN, timedOut = Number.NaN } = accept?.asConfigured ?? {};
  const knees = accept?.knees ?? [];
  const one = knees.find(({ copies }) => copies === 1);
  const oneMs = one?.slowestMs ?? Number.NaN;
  return [
    {
      what: 'accept queue with one copy of the socket: last answer, without time-outs',
      goal: `${ONE_COPY_MS} ms, within ${percent(ONE_COPY_DEVIATION)}`,
      figure: one === undefined ? 'not found' : ms(oneMs),
      holds: Math.abs(oneMs / ONE_COPY_MS - 1) <= ONE_COPY_DEVIATION,
    },
    {
      what: 'accept queue as Respite has it: last answer, without time-outs',
      goal: `≤ ${ANSWERED_MS} ms`,
      figure: `${ms(slowestMs)}, ${timedOut} timed out`,
      holds: timedOut === 0 && slowestMs <= ANSWERED_MS,
    },
    {
      what: 'accept queue: smallest backlog without time-outs, by copies of the socket',
      goal: 'found for 1, 4 and 32',
      figure: knees.map(({ copies, backlog }) => `${copies}: ${backlog}`).join(', ') || 'none',
      holds: [1, 4, 32].every((copies) => knees.some((knee) => knee.copies === copies)),
    },
  ];
}

function within(what: string, deviation: number): Goal {
  return {
    what,
    goal: `≤ ${percent(DEVIATION)} apart`,
    figure: Number.isNaN(deviation) ? 'no capacity was found' : `${(100 * deviation).toFixed(1)} %`,
    holds: deviation <= DEVIATION,
  };
}

/** The row of a server: what a closed loop knows, and what both runs found. */
export function rowOf({ server, truth, found, limits }: Measured): readonly string[] {
  return [server, perSecond(truth), found.map(perSecond).join(', '), limits.join(', ')];
}
