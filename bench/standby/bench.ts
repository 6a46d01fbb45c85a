// The only worker is killed, or its event loop blocks: how long until users are served again, with a standby and without?
import { getPriority, loadavg } from 'node:os';
import type { Benchmark, Context, Outcome } from '../lib/benchmark.ts';
import { medianAndRange, ms } from '../lib/format.ts';
import { FAULTS, type Fault, measure, PATIENCE_MS, type Round } from './round.ts';

const ROUNDS = 5;
const QUICK_ROUNDS = 1;
const GOALS_MS: Readonly<Record<Fault, number>> = {
  'kill -9': 200,
  'blocked in a call': 2500,
  'blocked in a loop': 2500,
};

interface Row {
  readonly fault: Fault;
  readonly standby: number;
  readonly rounds: readonly Round[];
}

export const standby: Benchmark = {
  name: 'standby',
  summary:
    'the only worker killed, or its event loop blocked: time until users are served again, with and without a standby',
  pinned: false,
  measures: ['src/supervisor/workers', 'src/supervisor/outage'],
  spread: 'rounds in alternating order; median, least and most',
  async run({ quick, say }: Context): Promise<Outcome> {
    const loadBefore = loadavg()[0] ?? NaN;
    const count = quick ? QUICK_ROUNDS : ROUNDS;
    const rounds = new Map<string, Row>();
    // In turns, so that what else runs on the machine meets all of them.
    for (let i = 0; i < count; i += 1) {
      for (const fault of FAULTS) {
        for (const wanted of [0, 1]) {
          const round = await measure(fault, wanted);
          const name = `${fault} ${wanted}`;
          const row = rounds.get(name) ?? { fault, standby: wanted, rounds: [] };
          rounds.set(name, { ...row, rounds: [...row.rounds, round] });
          say(
            `${fault}, ${wanted} standby: served again: ${shown(round.servedMs)}, ${round.refused} refused`,
          );
        }
      }
    }
    return report(count, [...rounds.values()], loadBefore);
  },
};

function shown(servedMs: number): string {
  return servedMs === Infinity ? `not within ${PATIENCE_MS / 1000} s` : ms(servedMs);
}

function report(count: number, rows: readonly Row[], loadBefore: number): Outcome {
  const sum = ({ rounds }: Row, read: (round: Round) => number): number =>
    rounds.reduce((total, round) => total + read(round), 0);
  const withStandby = rows.filter(({ standby: wanted }) => wanted > 0);
  return {
    goals: withStandby.flatMap((row) => {
      const longestMs = Math.max(...row.rounds.map(({ servedMs }) => servedMs));
      const refused = sum(row, (round) => round.refused);
      return [
        {
          what: `${row.fault}, with a standby: served again`,
          goal: `at most ${ms(GOALS_MS[row.fault])}`,
          figure: shown(longestMs),
          holds: longestMs <= GOALS_MS[row.fault],
        },
        {
          what: `${row.fault}, with a standby: connections refused`,
          goal: '0',
          figure: String(refused),
          holds: refused === 0,
        },
      ];
    }),
    tables: [
      {
        title: 'Until users are served again',
        columns: ['fault', 'standbys', 'served again: median (range)', 'REFUSED', 'reset', 'answered 503'],
        rows: rows.map((row) => [
          row.fault,
          String(row.standby),
          medianAndRange(
            row.rounds.map(({ servedMs }) => servedMs),
            shown,
          ),
          String(sum(row, (round) => round.refused)),
          String(sum(row, (round) => round.reset)),
          String(sum(row, (round) => round.unavailable)),
        ]),
      },
    ],
    notes: [
      'From the kill, or the request that blocks, until the first answer with status 200 to a request that was sent afterwards.',
      'Reset: accepted by the worker that was killed before it answered; those are lost. Answered 503: by the fallback responder.',
      'A blocked event loop counts only as long as it could have turned. A loop that computes gets a share of the processor only, so on a busy machine it takes longer to be noticed.',
      'The server is a hello world, which starts in a few hundred milliseconds. Without a standby, larger applications take as long as they take to start.',
    ],
    settings: {
      rounds: count,
      workers: 1,
      'load of the machine before': loadBefore.toFixed(1),
      'nice value of all processes': getPriority(),
    },
    measurements: rows,
  };
}
