// `respite tune` on servers whose capacity a closed loop knows, and the accept queue of a server whose event loop is busy.
import type { TuneReport } from '../../src/load/tune/index.ts';
import type { Benchmark, Context, Outcome } from '../lib/benchmark.ts';
import { capacityOf } from '../lib/capacity.ts';
import { ms, perSecond } from '../lib/format.ts';
import { tuneReport } from './command.ts';
import { acceptGoals, goalsOf, type Measured, rowOf, under } from './goals.ts';
import { sweep } from './sweep.ts';

/** Computes, waits for a pool of 20, and does both, one after the other. */
const SERVERS: Readonly<Record<string, string>> = {
  cpu: 'overload/cpu.mjs',
  pool: 'overload/pool.mjs',
  mixed: 'both.mjs',
};
const CONNECTIONS = 64;
const RUNS = 2;
/** Requests per second under which limits are compared, as a multiple of the capacity. */
const OVERLOAD = 1.5;
const LIMITS = [1, 4, 8, 12, 16, 20, 26, 40, 64, 128, 256];
const TURN_MS = 20;

interface Settings {
  readonly servers: readonly string[];
  readonly closedSeconds: number;
  /** `--for` of a run on a server, and of the accept queue. */
  readonly tuneFor: string;
  readonly acceptFor: string;
  readonly limits: readonly number[];
  readonly sweepSeconds: number;
}

const FULL: Settings = {
  servers: Object.keys(SERVERS),
  closedSeconds: 5,
  tuneFor: '60s',
  acceptFor: '150s',
  limits: LIMITS,
  sweepSeconds: 2,
};

const QUICK: Settings = {
  servers: ['pool'],
  closedSeconds: 1,
  tuneFor: '15s',
  acceptFor: '30s',
  limits: [4, 20, 80],
  sweepSeconds: 1,
};

export const tune: Benchmark = {
  name: 'tune',
  summary: 'what `respite tune` finds on servers of known capacity, and in the accept queue of a busy one',
  pinned: true,
  measures: ['src/load', 'src/worker/listening'],
  spread: 'two runs of each server, the worse one counts; each limit of the sweep and each burst once',
  filters: { server: [...Object.keys(SERVERS), 'accept'] },
  async run({ quick, filters, say }: Context): Promise<Outcome> {
    const settings = quick ? QUICK : FULL;
    const chosen = filters['server'] ?? [...settings.servers, 'accept'];
    const measured: Measured[] = [];
    for (const server of chosen.filter((name) => name !== 'accept'))
      measured.push(await measure(server, settings, say));
    const accept = chosen.includes('accept') ? await acceptQueue(settings, say) : undefined;
    return outcomeOf(measured, accept, settings, chosen.includes('accept'));
  },
};

async function measure(server: string, settings: Settings, say: Context['say']): Promise<Measured> {
  const script = SERVERS[server] ?? '';
  const { closedSeconds: seconds, tuneFor, limits, sweepSeconds } = settings;
  const truth = await capacityOf({ side: 'bare', script, connections: CONNECTIONS, seconds });
  say(`${server}: ${perSecond(truth)} by a closed loop`);
  const found: number[] = [];
  const best: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    // Every run measures the capacity before anything else.
    const { capacity, limit } = await tuneReport(script, ['--only', 'limit', '--for', tuneFor]);
    found.push(capacity?.perSecond.mean ?? Number.NaN);
    if (limit !== undefined) best.push(limit.sweep.best.limit);
    say(
      `${server}: ${perSecond(found.at(-1) ?? Number.NaN)}, best limit ${limit?.sweep.best.limit ?? 'unknown'}`,
    );
  }
  const all = [...new Set([...limits, ...best])].toSorted((a, b) => a - b);
  const points = await sweep({ script, limits: all, rate: OVERLOAD * truth, seconds: sweepSeconds });
  say(
    `${server}: ${points.map(({ limit, goodPerSecond }) => `${limit}: ${perSecond(goodPerSecond)}`).join(', ')}`,
  );
  return { server, truth, found, limits: best, sweep: points };
}

async function acceptQueue({ acceptFor }: Settings, say: Context['say']): Promise<TuneReport['accept']> {
  const options = ['--only', 'accept', '--for', acceptFor];
  const { accept } = await tuneReport('busy.mjs', options, { TURN_MS: String(TURN_MS) });
  const knees = accept?.knees.map(({ copies, backlog }) => `${backlog} with ${copies} copies`);
  say(`accept queue: time-outs end at a backlog of ${knees?.join(', ') ?? 'unknown'}`);
  return accept;
}

function outcomeOf(
  measured: readonly Measured[],
  accept: TuneReport['accept'],
  settings: Settings,
  hasAccept: boolean,
): Outcome {
  const limits = [...new Set(measured.flatMap((each) => each.sweep.map(({ limit }) => limit)))];
  return {
    goals: [...measured.flatMap(goalsOf), ...(hasAccept ? acceptGoals(accept) : [])],
    tables: [
      {
        title: 'Requests per second, and the best fixed limit',
        columns: ['server', 'closed loop', 'found', 'limits found'],
        rows: measured.map(rowOf),
      },
      {
        title: `Goodput under fixed limits, at ${OVERLOAD} times the capacity`,
        columns: ['limit', ...measured.map(({ server }) => server)],
        rows: limits
          .toSorted((a, b) => a - b)
          .map((limit) => [String(limit)].concat(measured.map((each) => served(each, limit)))),
      },
      {
        title: `Accept queue, 200 connections, an event loop blocked for ${TURN_MS} ms at a time`,
        columns: ['copies', 'backlog', 'timed out', 'last answer'],
        rows: (accept?.trials ?? []).map(({ copies, backlog, timedOut, slowestMs }) => [
          String(copies),
          String(backlog),
          String(timedOut),
          ms(slowestMs),
        ]),
      },
    ],
    notes: ['plain Node.js has one copy of a socket that it listens on, Respite 32'],
    settings: {
      connections: CONNECTIONS,
      '--for, a server': settings.tuneFor,
      '--for, accept queue': settings.acceptFor,
      'ms of a turn': TURN_MS,
    },
    measurements: { measured, accept },
  };
}

function served({ sweep: points }: Measured, limit: number): string {
  const goodPerSecond = under(points, limit);
  return Number.isNaN(goodPerSecond) ? '–' : perSecond(goodPerSecond);
}
