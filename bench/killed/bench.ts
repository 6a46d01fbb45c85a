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
/** Respite waits longer and longer with its restarts, so all of the kills may not fit into a bearable time. */
const MAX_SECONDS = 150;
/** Longer than Respite's longest wait, 30 s. */
const RECOVERY_MS = 60_000;

interface Row {
  readonly name: string;
  readonly kills: number;
  readonly killedWorkers: number;
  readonly seconds: number;
  readonly longestMs: number;
  readonly counts: Counts;
}

interface Subject {
  readonly name: string;
  readonly port: number;
  readonly workers: () => Promise<readonly number[]>;
  readonly stop: () => Promise<void>;
}

export const killed: Benchmark = {
  name: 'killed',
  summary: 'every worker killed at once, again and again, while new connections keep coming: refused ones',
  pinned: true,
  async run({ quick, say }: Context): Promise<Outcome> {
    const kills = quick ? 4 : 20;
    const rows: Row[] = [];
    for (const open of [underCluster, underRespite]) {
      const row = await measure(await open(), kills, say);
      rows.push(row);
      const { name, counts, seconds } = row;
      say(
        `${name}: ${seconds.toFixed(1)} s, ${counts.answered} answered, ${counts.refused} refused, ${counts.reset} reset`,
      );
    }
    return report(kills, rows);
  },
};

async function measure(subject: Subject, wanted: number, say: Context['say']): Promise<Row> {
  const connections = new NewConnections(subject.port);
  const startedMs = performance.now();
  const secondsSoFar = (): number => (performance.now() - startedMs) / 1000;
  let kills = 0;
  let killedWorkers = 0;
  while (kills < wanted && secondsSoFar() < MAX_SECONDS) {
    await delay(PAUSE_MS);
    const workers = await subject.workers();
    const hit = workers.filter((pid) => kill(pid)).length;
    if (hit === 0) continue; // all of them are dead and wait for their restart
    kills += 1;
    killedWorkers += hit;
    say(`${subject.name}: kill ${kills}, ${hit} of ${WORKERS} workers`);
  }
  await answersAgain(connections);
  await connections.stop();
  const seconds = secondsSoFar();
  await subject.stop();
  const { counts, longestMs } = connections;
  return { name: subject.name, kills, killedWorkers, seconds, longestMs, counts };
}

/** Without this the last, longest outage would be cut short, and with it what happens to those who wait. */
async function answersAgain({ counts }: NewConnections): Promise<void> {
  const before = counts.answered;
  const deadlineMs = performance.now() + RECOVERY_MS;
  while (counts.answered === before && performance.now() < deadlineMs) await delay(PAUSE_MS);
}

async function underRespite(): Promise<Subject> {
  const { server, port } = await listen('respite', 'hello.mjs', { options: ['--workers', String(WORKERS)] });
  const management = await ManagementPort.of(server);
  await management.settled();
  return {
    name: 'respite run',
    port,
    workers: async () => (await management.status()).workers.map(({ pid }) => pid),
    stop: () => server.stop(),
  };
}

async function underCluster(): Promise<Subject> {
  // With port 0 it would listen on another one each time that all workers have died.
  const env = { PORT: String(await freePort()) };
  const { server, port } = await listen('bare', 'cluster.mjs', { env });
  const pidsAfter = (word: string): readonly number[] =>
    [...server.stdout.matchAll(new RegExp(`^${word} (\\d+)$`, 'gm'))].map(([, pid]) => Number(pid));
  return {
    name: 'node:cluster',
    port,
    async workers() {
      const ended = new Set(pidsAfter('ended'));
      return pidsAfter('worker').filter((pid) => !ended.has(pid));
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

function report(kills: number, rows: readonly Row[]): Outcome {
  const respite = rows.find(({ name }) => name === 'respite run');
  const complete = respite !== undefined && respite.kills === kills;
  const refused = respite?.counts.refused ?? NaN;
  const answered = respite?.counts.answered ?? 0;
  return {
    goals: [
      {
        what: 'connections refused',
        goal: '0',
        figure: complete ? String(refused) : `${refused}, but there were only ${respite?.kills} kills`,
        holds: complete && refused === 0 && answered > 0,
      },
    ],
    tables: [
      {
        title: 'What became of each new connection',
        columns: [
          '',
          'kills (workers)',
          'seconds',
          'answered',
          'longest wait',
          'REFUSED',
          'reset',
          'gave up',
          'other',
        ],
        rows: rows.map(({ name, kills: done, killedWorkers, seconds, longestMs, counts }) => [
          name,
          `${done} (${killedWorkers})`,
          seconds.toFixed(0),
          String(counts.answered),
          ms(longestMs),
          String(counts.refused),
          String(counts.reset),
          String(counts['given up']),
          String(counts.failed),
        ]),
      },
    ],
    notes: [
      'Reset: accepted by a worker that was killed before it answered; nobody can save those.',
      `Gave up: no answer within the client's patience. Respite restarts a worker that keeps dying later and later, up to 30 s; node:cluster as it is usually written does so at once, which is why its row is shorter.`,
    ],
    settings: { workers: WORKERS, kills, 'ms before a kill, at least': PAUSE_MS, ...CONNECTION_SETTINGS },
    measurements: rows,
  };
}
