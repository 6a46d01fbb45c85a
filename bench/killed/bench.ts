// All workers killed at once, again and again: are new connections refused?
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Context, Outcome } from '../lib/benchmark.ts';
import { ms } from '../lib/format.ts';
import { freePort } from '../lib/free-port.ts';
import { ManagementPort } from '../lib/management.ts';
import { listen } from '../lib/server.ts';
import { CONNECTION_SETTINGS, type Counts, NewConnections } from './connections.ts';

const WORKERS = 2;
const PAUSE_MS = 250;
const SECONDS = 60;
const QUICK_SECONDS = 8;
/** Longer than Respite's longest wait, 30 s. */
const RECOVERY_MS = 60_000;
const RECOVERY_GOAL_MS = 2000;
const LOOK_EVERY_MS = 25;

interface Row {
  readonly name: string;
  readonly kills: number;
  readonly killedWorkers: number;
  readonly seconds: number;
  /** From the last kill until all workers serve again. */
  readonly recoveryMs: number;
  readonly longestMs: number;
  readonly counts: Counts;
}

interface Subject {
  readonly name: string;
  readonly port: number;
  readonly workers: () => Promise<readonly number[]>;
  /** Whether as many workers as are wanted serve. */
  readonly isFull: () => Promise<boolean>;
  readonly stop: () => Promise<void>;
}

export const killed: Benchmark = {
  name: 'killed',
  summary: 'every worker killed at once, again and again, while new connections keep coming: refused ones',
  pinned: true,
  measures: ['src/supervisor/workers', 'src/supervisor/outage', 'src/worker/listening'],
  spread: 'one run of a minute; every connection is counted',
  async run({ quick, say }: Context): Promise<Outcome> {
    const seconds = quick ? QUICK_SECONDS : SECONDS;
    const rows: Row[] = [];
    for (const open of [underCluster, underRespite]) {
      const row = await measure(await open(), seconds, say);
      rows.push(row);
      const { name, counts, recoveryMs } = row;
      say(
        `${name}: all back after ${ms(recoveryMs)}, ${counts.answered} answered, ${counts.refused} refused, ${counts.reset} reset`,
      );
    }
    return report(seconds, rows);
  },
};

async function measure(subject: Subject, wantedSeconds: number, say: Context['say']): Promise<Row> {
  const connections = new NewConnections(subject.port);
  const startedMs = performance.now();
  const secondsSoFar = (): number => (performance.now() - startedMs) / 1000;
  let kills = 0;
  let killedWorkers = 0;
  let lastKillMs = startedMs;
  while (secondsSoFar() < wantedSeconds) {
    await delay(PAUSE_MS);
    const workers = await subject.workers();
    const hit = workers.filter((pid) => kill(pid)).length;
    if (hit === 0) continue; // all of them are dead and wait for their restart
    kills += 1;
    lastKillMs = performance.now();
    killedWorkers += hit;
  }
  say(`${subject.name}: ${kills} kills, ${killedWorkers} workers`);
  const recoveredMs = await fullAgain(subject);
  await connections.stop();
  const seconds = secondsSoFar();
  await subject.stop();
  const { counts, longestMs } = connections;
  return {
    name: subject.name,
    kills,
    killedWorkers,
    seconds,
    recoveryMs: recoveredMs - lastKillMs,
    longestMs,
    counts,
  };
}

/** Also, without this the last outage would be cut short, and with it what happens to those who wait. @returns When that was. */
async function fullAgain({ isFull }: Subject): Promise<number> {
  const deadlineMs = performance.now() + RECOVERY_MS;
  while (!(await isFull()) && performance.now() < deadlineMs) await delay(LOOK_EVERY_MS);
  return performance.now();
}

async function underRespite(): Promise<Subject> {
  const { server, port } = await listen('respite', 'hello.mjs', { options: ['--workers', String(WORKERS)] });
  const management = await ManagementPort.of(server);
  await management.settled();
  return {
    name: 'respite run',
    port,
    workers: async () => (await management.status()).workers.map(({ pid }) => pid),
    async isFull() {
      const { workers } = await management.status();
      return workers.length === WORKERS && workers.every(({ state }) => state === 'ready');
    },
    stop: () => server.stop(),
  };
}

async function underCluster(): Promise<Subject> {
  // With port 0 it would listen on another one each time that all workers have died.
  const env = { PORT: String(await freePort()) };
  const { server, port } = await listen('bare', 'cluster.mjs', { env });
  const pidsAfter = (word: string): readonly number[] =>
    [...server.stdout.matchAll(new RegExp(`^${word} (\\d+)$`, 'gm'))].map(([, pid]) => Number(pid));
  const workers = async (): Promise<readonly number[]> => {
    const ended = new Set(pidsAfter('ended'));
    return pidsAfter('worker').filter((pid) => !ended.has(pid));
  };
  return {
    name: 'node:cluster',
    port,
    workers,
    // Each says so when it listens.
    async isFull() {
      const said = server.stdout.split('\n').filter((line) => line.startsWith('listening ')).length;
      return said > 0 && (await workers()).length === WORKERS;
    },
    stop: () => server.stop(),
  };
}

function kill(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 'SIGKILL'); // 0 would be all of our own processes
  } catch {
    return false; // it has just ended
  }
}

function report(seconds: number, rows: readonly Row[]): Outcome {
  const respite = rows.find(({ name }) => name === 'respite run');
  const refused = respite?.counts.refused ?? NaN;
  const answered = respite?.counts.answered ?? 0;
  const recoveryMs = respite?.recoveryMs ?? NaN;
  return {
    goals: [
      {
        what: 'connections refused',
        goal: '0',
        figure: String(refused),
        holds: refused === 0 && answered > 0,
      },
      {
        what: 'all workers back after the last kill',
        goal: `at most ${ms(RECOVERY_GOAL_MS)}`,
        figure: ms(recoveryMs),
        holds: recoveryMs <= RECOVERY_GOAL_MS,
      },
    ],
    tables: [
      {
        title: 'What became of each new connection',
        columns: [
          '',
          'kills (workers)',
          'seconds',
          'all back after',
          'answered',
          'longest wait',
          'answered 503',
          'REFUSED',
          'reset',
          'gave up',
          'other',
        ],
        rows: rows.map(
          ({ name, kills, killedWorkers, seconds: took, recoveryMs: back, longestMs, counts }) => [
            name,
            `${kills} (${killedWorkers})`,
            took.toFixed(0),
            ms(back),
            String(counts.answered),
            ms(longestMs),
            String(counts.unavailable),
            String(counts.refused),
            String(counts.reset),
            String(counts['given up']),
            String(counts.failed),
          ],
        ),
      },
    ],
    notes: [
      'Reset: accepted by a worker that was killed before it answered; those are lost.',
      `Answered 503: by a fallback responder, since no worker was back within a second. Gave up: no answer within the client's patience.`,
      'Respite starts at most one worker a second in each slot; node:cluster as it is usually written starts them at once, and does not know when they serve: "all back" is when they have been started.',
    ],
    settings: { workers: WORKERS, seconds, 'ms before a kill, at least': PAUSE_MS, ...CONNECTION_SETTINGS },
    measurements: rows,
  };
}
