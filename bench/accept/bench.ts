// How long connections wait to be accepted by a server whose event loop is busy.
import type { Benchmark, Context, Outcome, Side } from '../lib/benchmark.ts';
import { medianAndRange, ms } from '../lib/format.ts';
import { interleave, type Pair } from '../lib/interleave.ts';
import { type Ending, oneRequest } from '../lib/one-request.ts';
import { listen, type Listening } from '../lib/server.ts';
import { median, quantile } from '../lib/statistics.ts';

const TURN_MS = 20;
const CONNECTIONS = 200;
const PATIENCE_MS = 30_000;
const MAX_ANSWERED_MS = 500;

interface Round {
  readonly answered: number;
  readonly p50Ms: number;
  readonly maxMs: number;
}

export const accept: Benchmark = {
  name: 'accept',
  summary: `${CONNECTIONS} connections at once onto a server whose event loop is blocked for ${TURN_MS} ms at a time: until all are answered`,
  pinned: true,
  measures: ['src/worker/listening'],
  spread: 'rounds in alternating order; median, least and most',
  async run({ quick, say }: Context): Promise<Outcome> {
    const rounds = quick ? 1 : 5;
    const env = { TURN_MS: String(TURN_MS) };
    const { valid } = await interleave(rounds, async (side, round) => {
      // One at a time, since each of them takes all of the core that it gets.
      const listening = await listen(side, 'busy.mjs', { env });
      const result = await measure(listening);
      await listening.server.stop();
      const { answered, p50Ms, maxMs } = result;
      say(`round ${round + 1} ${side.padEnd(7)} ${answered} answered, p50 ${ms(p50Ms)}, last ${ms(maxMs)}`);
      return result;
    });
    return report(rounds, valid);
  },
};

async function measure({ port }: Listening): Promise<Round> {
  await oneRequest(port, PATIENCE_MS); // compiles what answering needs
  const endings = await Promise.all(Array.from({ length: CONNECTIONS }, () => oneRequest(port, PATIENCE_MS)));
  const timesMs = endings.flatMap((ending: Ending) => (ending.kind === 'answered' ? [ending.afterMs] : []));
  return { answered: timesMs.length, p50Ms: quantile(timesMs, 0.5), maxMs: quantile(timesMs, 1) };
}

function report(rounds: number, pairs: readonly Pair<Round>[]): Outcome {
  const of = (side: Side, what: keyof Round): readonly number[] => pairs.map((pair) => pair[side][what]);
  const unanswered = of('respite', 'answered').some((answered) => answered < CONNECTIONS);
  const maxMs = median(of('respite', 'maxMs'));
  const row = (side: Side): readonly string[] => [
    side,
    `${of(side, 'answered').join(', ')} of ${CONNECTIONS}`,
    medianAndRange(of(side, 'p50Ms'), ms),
    medianAndRange(of(side, 'maxMs'), ms),
  ];
  return {
    goals: [
      {
        what: `all ${CONNECTIONS} answered`,
        goal: `≤ ${MAX_ANSWERED_MS} ms`,
        figure: unanswered ? 'not all were answered' : ms(maxMs),
        holds: !unanswered && maxMs <= MAX_ANSWERED_MS,
      },
    ],
    tables: [
      {
        title: 'Time from connecting to the answer; median (least to most) of the rounds',
        columns: ['', 'answered', 'p50', 'last'],
        rows: [row('bare'), row('respite')],
      },
    ],
    notes: [],
    settings: { connections: CONNECTIONS, 'ms of a turn': TURN_MS, rounds },
    measurements: pairs,
  };
}
