// How much later a server answers for the first time because Respite starts it.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Context, Outcome, Side } from '../lib/benchmark.ts';
import { medianAndRange, ms } from '../lib/format.ts';
import { freePort } from '../lib/free-port.ts';
import { interleave, type Pair } from '../lib/interleave.ts';
import { oneRequest } from '../lib/one-request.ts';
import { end, start } from '../lib/processes.ts';
import { commandLine } from '../lib/server.ts';
import { median } from '../lib/statistics.ts';

const SCRIPTS = ['hello.mjs', 'hello.cjs'] as const;
const POLL_MS = 2;
const DEADLINE_MS = 30_000;
const MAX_ADDED_MS = 120;

interface Start {
  /** Until the script said that it listens. */
  readonly listeningMs: number;
  /** Until a client, who had been trying all along, had an answer. */
  readonly answeredMs: number;
}

type Starts = Readonly<Record<(typeof SCRIPTS)[number], readonly Pair<Start>[]>>;

export const startup: Benchmark = {
  name: 'startup',
  summary: 'from the start of the command to the first answered request, `node` and `respite run`',
  pinned: false, // as users start it
  measures: ['src/cli', 'src/supervisor', 'src/worker'],
  spread: 'starts in alternating order; median, least and most',
  async run({ quick, say }: Context): Promise<Outcome> {
    const rounds = quick ? 3 : 21;
    for (const script of SCRIPTS) {
      for (const side of ['bare', 'respite'] as const) await measure(side, script); // fills the file cache
    }
    const starts: Record<keyof Starts, readonly Pair<Start>[]> = { 'hello.mjs': [], 'hello.cjs': [] };
    for (const script of SCRIPTS) {
      const { valid } = await interleave(rounds, async (side, round) => {
        const result = await measure(side, script);
        say(`${script} ${round + 1} ${side.padEnd(7)} first answer after ${ms(result.answeredMs)}`);
        return result;
      });
      starts[script] = valid;
    }
    return report(rounds, starts);
  },
};

async function measure(side: Side, script: string): Promise<Start> {
  const port = await freePort();
  const startedMs = performance.now();
  const child = start(commandLine(side, script), { env: { PORT: String(port) } });
  const output = child.stdout;
  if (output === null) throw new Error('the output of a server is not a pipe');
  const listening = once(output, 'data').then(() => performance.now() - startedMs);
  const answeredMs = await firstAnswer(port, startedMs);
  const listeningMs = await listening;
  await end(child);
  return { listeningMs, answeredMs };
}

async function firstAnswer(port: number, startedMs: number): Promise<number> {
  for (;;) {
    const { kind } = await oneRequest(port, DEADLINE_MS);
    const elapsedMs = performance.now() - startedMs;
    if (kind === 'answered') return elapsedMs;
    if (elapsedMs > DEADLINE_MS) throw new Error(`no answer within ${DEADLINE_MS} ms of the start`);
    await delay(POLL_MS);
  }
}

function report(rounds: number, starts: Starts): Outcome {
  const added = (script: keyof Starts): readonly number[] =>
    starts[script].map(({ bare, respite }) => respite.answeredMs - bare.answeredMs);
  const row = (script: keyof Starts, side: Side): readonly string[] => [
    side === 'bare' ? `node ${script}` : `respite run ${script}`,
    medianAndRange(
      starts[script].map((pair) => pair[side].listeningMs),
      ms,
    ),
    medianAndRange(
      starts[script].map((pair) => pair[side].answeredMs),
      ms,
    ),
  ];
  return {
    goals: SCRIPTS.map((script) => ({
      what: `${script}, added by respite run`,
      goal: `≤ ${MAX_ADDED_MS} ms`,
      figure: ms(median(added(script))),
      holds: median(added(script)) <= MAX_ADDED_MS,
    })),
    tables: [
      {
        title: 'Time from the start of the command; median (least to most)',
        columns: ['', 'says that it listens', 'first answer'],
        rows: SCRIPTS.flatMap((script) => [row(script, 'bare'), row(script, 'respite')]),
      },
    ],
    notes: SCRIPTS.map(
      (script) => `${script}: added in each pair of starts: ${medianAndRange(added(script), ms)}.`,
    ),
    settings: { 'starts of each': rounds, 'ms between two tries of the client': POLL_MS },
    measurements: starts,
  };
}
