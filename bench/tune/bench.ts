// `respite tune` on servers whose capacity a closed loop knows, and the accept queue of a server whose event loop is busy.
import path from 'node:path';
import type { TuneReport } from '../../src/load/tune/index.ts';
import type { Benchmark, Context, Goal, Outcome } from '../lib/benchmark.ts';
import { capacityOf } from '../lib/capacity.ts';
import { ms, percent, perSecond } from '../lib/format.ts';
import { isPinned, LOAD_CORE, SERVER_CORE } from '../lib/pinning.ts';
import { end, start } from '../lib/processes.ts';
import { repository } from '../lib/server.ts';

/** Computes, waits for a pool of 20, and both kinds in one. */
const SERVERS = ['cpu', 'pool', 'mix'];
const CONNECTIONS = 64;
const DEVIATION = 0.05;
const TURN_MS = 20;
const MAX_ANSWERED_MS = 500;

interface Measured {
  readonly server: string;
  readonly truth: number;
  readonly first: number;
  readonly second: number;
}

export const tune: Benchmark = {
  name: 'tune',
  summary: 'what `respite tune` finds on servers of known capacity, and in the accept queue of a busy one',
  pinned: true,
  measures: ['src/load', 'src/worker/listening'],
  spread: 'two runs of each server',
  async run({ quick, say }: Context): Promise<Outcome> {
    const time = quick ? '10s' : '60s';
    const measured: Measured[] = [];
    for (const server of quick ? ['cpu'] : SERVERS) {
      const script = path.join(repository, `bench/servers/overload/${server}.mjs`);
      const truth = await capacityOf({
        side: 'bare',
        script: `overload/${server}.mjs`,
        connections: CONNECTIONS,
        seconds: quick ? 1 : 5,
      });
      const capacity = async (): Promise<number> =>
        (await report(['--only', 'capacity', '--for', time, script])).capacity?.perSecond.mean ?? NaN;
      const found = { server, truth, first: await capacity(), second: await capacity() };
      measured.push(found);
      say(
        `${server}: ${perSecond(truth)} known, ${perSecond(found.first)} and ${perSecond(found.second)} found`,
      );
    }
    const busy = path.join(repository, 'bench/servers/busy.mjs');
    const { accept } = await report(['--only', 'accept', '--for', quick ? '30s' : '3m', busy], {
      TURN_MS: String(TURN_MS),
    });
    return outcomeOf(measured, accept);
  },
};

/** The command gets both cores, since it pins itself and the server. */
async function report(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<TuneReport> {
  const command = [process.execPath, path.join(repository, 'dist/cli/bin.js'), 'tune', '--json', ...args];
  const onBoth = ['taskset', '-c', `${SERVER_CORE},${LOAD_CORE}`, ...command];
  const child = start(isPinned() ? onBoth : command, { env });
  let output = '';
  let complaints = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  await new Promise((resolve) => child.once('close', resolve));
  await end(child);
  // It exits with 1 where there is no answer, and has a report all the same.
  if (output === '') throw new Error(`respite tune ${args.join(' ')} failed:\n${complaints}`);
  return JSON.parse(output) as TuneReport;
}

function outcomeOf(measured: readonly Measured[], accept: TuneReport['accept']): Outcome {
  const off = ({ truth, first }: Measured): number => Math.abs(first / truth - 1);
  const apart = ({ first, second }: Measured): number => Math.abs(first / second - 1);
  const single = accept?.trials.filter(({ copies, timedOut }) => copies === 1 && timedOut === 0) ?? [];
  const slowestMs = accept?.asConfigured?.slowestMs ?? NaN;
  const timedOut = accept?.asConfigured?.timedOut ?? NaN;
  const goals: Goal[] = [
    ...measured.flatMap((found): Goal[] => [
      within(`${found.server}: capacity against a closed loop`, off(found)),
      within(`${found.server}: two runs`, apart(found)),
    ]),
    {
      what: 'accept queue as Respite has it: all connections answered, none timed out',
      goal: `≤ ${MAX_ANSWERED_MS} ms`,
      figure: `${ms(slowestMs)}, ${timedOut} timed out`,
      holds: timedOut === 0 && slowestMs <= MAX_ANSWERED_MS,
    },
  ];
  return {
    goals,
    tables: [
      {
        title: 'Requests per second',
        columns: ['server', 'closed loop', 'first run', 'second run'],
        rows: measured.map(({ server, truth, first, second }) => [
          server,
          perSecond(truth),
          perSecond(first),
          perSecond(second),
        ]),
      },
      {
        title: `Accept queue, 200 connections, an event loop blocked for ${TURN_MS} ms at a time`,
        columns: ['copies', 'backlog', 'timed out', 'last answer'],
        rows: (accept?.trials ?? []).map((trial) => [
          String(trial.copies),
          String(trial.backlog),
          String(trial.timedOut),
          ms(trial.slowestMs),
        ]),
      },
    ],
    notes: single.map(
      ({ backlog, slowestMs: took }) =>
        `with one copy of the socket, as plain Node.js has it, and a backlog of ${backlog}, the last answer came after ${ms(took)}`,
    ),
    settings: { connections: CONNECTIONS, 'ms of a turn': TURN_MS },
    measurements: { measured, accept },
  };
}

function within(what: string, deviation: number): Goal {
  return {
    what,
    goal: `≤ ${percent(DEVIATION)} apart`,
    figure: `${(100 * deviation).toFixed(1)} %`,
    holds: deviation <= DEVIATION,
  };
}
