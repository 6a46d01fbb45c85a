// Does a request under `respite run` take more processor time than it did? Measured over a bare server that is under load in the same
// seconds.
import type { Benchmark, Context, Goal, Outcome } from '../lib/benchmark.ts';
import { ratio } from '../lib/format.ts';
import { median } from '../lib/statistics.ts';
import { Instances, type Workload } from '../overhead/workloads.ts';
import { measureSecond, type Second } from './measure.ts';

const WORKLOAD: Workload = { name: 'node', script: 'hello.mjs', newConnections: false };

/** Processor time of a request under `respite run`, over that of bare Node.js: what `overhead` recorded (bench/results/overhead.md). */
const RECORDED_RATIO = 1.13;

/** What equal versions differ by. */
const MARGIN = 0.1;

/** For everything that is loaded and compiled after a start. */
const WARM_UP_SECONDS = 3;

/**
 * On a busy machine a request under Respite takes up to 1.6 times the time of a bare one: it wakes more threads, and sheds in earnest. So only
 * seconds count in which other processes had less than this much of the cores.
 */
const MAX_FOREIGN_CORES = 0.2;

/** Quiet seconds of each pair of processes, without which nothing is said. */
const MIN_QUIET = 4;

const ROUNDS = 24;
const QUICK_ROUNDS = 3;

export const gate: Benchmark = {
  name: 'gate',
  summary:
    'whether a request under `respite run` takes more processor time than was recorded, over bare Node.js; a minute',
  pinned: true,
  measures: ['src/admission', 'src/worker'],
  spread: 'the least of three pairs of processes',
  async run({ quick, say }: Context): Promise<Outcome> {
    const instances = await Instances.start(WORKLOAD);
    try {
      for (const round of instances.rounds) await measureSecond(instances, round, WARM_UP_SECONDS);
      const seconds: Second[] = [];
      for (let round = 0; round < (quick ? QUICK_ROUNDS : ROUNDS); round += 1) {
        const second = await measureSecond(instances, round, 1);
        seconds.push(second);
        const { cpu, foreignCores } = second;
        say(`${ratio(cpu.respite / cpu.bare)}, other processes had ${foreignCores.toFixed(2)} cores`);
      }
      return report(
        instances.rounds.map((instance) => ofInstance(seconds, instance, instances.rounds.length)),
      );
    } finally {
      await instances.stop();
    }
  },
};

interface Measured {
  readonly quietSeconds: number;
  readonly bare: number;
  readonly respite: number;
  readonly ratio: number;
}

/** Medians of what two processes did in the quiet seconds of which it was their turn. */
function ofInstance(seconds: readonly Second[], instance: number, instances: number): Measured {
  const own = seconds.filter((_, round) => round % instances === instance);
  const quiet = own.filter(({ foreignCores }) => foreignCores <= MAX_FOREIGN_CORES).map(({ cpu }) => cpu);
  return {
    quietSeconds: quiet.length,
    bare: median(quiet.map(({ bare }) => bare)),
    respite: median(quiet.map(({ respite }) => respite)),
    ratio: median(quiet.map(({ bare, respite }) => respite / bare)),
  };
}

function report(measured: readonly Measured[]): Outcome {
  const bound = RECORDED_RATIO * (1 + MARGIN);
  const isQuiet = measured.every(({ quietSeconds }) => quietSeconds >= MIN_QUIET);
  const least = Math.min(...measured.map((each) => each.ratio));
  const goal: Goal = {
    what: 'processor time of a request, respite / bare: the least of three pairs of processes',
    goal: `≤ ${ratio(bound)} (recorded: ${ratio(RECORDED_RATIO)})`,
    figure: isQuiet ? ratio(least) : "can't tell: the machine is busy",
    // A busy machine is no regression.
    holds: !isQuiet || least <= bound,
  };
  return {
    goals: [goal],
    tables: [
      {
        title: 'Medians of a pair of processes',
        columns: ['', 'quiet seconds', 'bare', 'respite', 'ratio'],
        rows: measured.map(({ quietSeconds, bare, respite, ratio: own }, i) => [
          `pair ${i + 1}`,
          String(quietSeconds),
          ...(quietSeconds === 0
            ? ['–', '–', '–']
            : [`${bare.toFixed(1)} µs`, `${respite.toFixed(1)} µs`, ratio(own)]),
        ]),
      },
    ],
    notes: [
      'Two processes of the same code differ by a few percent. One pair above the bound is chance, three are a change.',
      'After an improvement, lower the recorded ratio to the median of a few runs.',
    ],
    settings: { rounds: ROUNDS, 'seconds of warm-up': WARM_UP_SECONDS, generator: 'own' },
    measurements: measured,
  };
}
