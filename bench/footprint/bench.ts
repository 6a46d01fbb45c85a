// What Respite takes while nothing happens: memory of the supervisor, of a worker and of a connection, and processor time.
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Context, Goal, Outcome } from '../lib/benchmark.ts';
import { medianAndRange } from '../lib/format.ts';
import { ManagementPort } from '../lib/management.ts';
import { memoryMb, runSeconds, type Memory } from '../lib/process-figures.ts';
import { listen, type Listening } from '../lib/server.ts';
import { median } from '../lib/statistics.ts';
import { idleConnections } from './connections.ts';

const GOALS = { supervisorMb: 60, workerMb: 15, connectionBytes: 300, cpuShare: 0.005 };

/** At rest: for all that is loaded late, the first collections, and what V8 compiles anew after them. */
const SETTLING_MS = 60_000;

interface AtRest {
  readonly memory: Memory;
  readonly bytesOfConnection: number;
}

interface Round {
  readonly bare: AtRest;
  readonly worker: AtRest;
  readonly supervisor: Memory;
  /** Of one core. */
  readonly supervisorCpuShare: number;
}

export const footprint: Benchmark = {
  name: 'footprint',
  summary:
    'memory of the supervisor, a worker and an idle connection, and the supervisor’s processor time at rest',
  measures: ['src/worker', 'src/supervisor', 'src/admission'],
  spread: 'five rounds of fresh processes; median, least and most',
  pinned: true,
  async run({ quick, say }: Context): Promise<Outcome> {
    const [rounds, seconds, connections] = quick ? [1, 5, 1000] : [5, 30, 10_000];
    const measured: Round[] = [];
    for (let i = 0; i < rounds; i += 1) {
      const round = await measure(seconds, connections);
      measured.push(round);
      say(
        `supervisor ${mb(round.supervisor.residentMb)} and ${share(round.supervisorCpuShare)} of a core, ` +
          `worker ${mb(added(round))} more, connection ${bytes(perConnection(round))} more`,
      );
    }
    return report(measured, { rounds, 'seconds of processor time': seconds, connections });
  },
};

/** Both sides wait at the same time; the connections come one side after the other. */
async function measure(seconds: number, connections: number): Promise<Round> {
  const [bare, respite] = await Promise.all([
    listen('bare', 'at-rest.mjs'),
    listen('respite', 'at-rest.mjs'),
  ]);
  try {
    const workerPid = await workerOf(respite);
    await delay(SETTLING_MS);
    const supervisorPid = respite.server.pid;
    const [beganMs, before] = [performance.now(), runSeconds(supervisorPid)];
    await delay(seconds * 1000);
    const supervisorCpuShare = ((runSeconds(supervisorPid) - before) * 1000) / (performance.now() - beganMs);
    const supervisor = memoryMb(supervisorPid);
    const atRest = async ({ port }: Listening, pid: number): Promise<AtRest> => {
      const memory = memoryMb(pid);
      return { memory, bytesOfConnection: await bytesOfConnection(port, connections) };
    };
    return {
      bare: await atRest(bare, bare.server.pid),
      worker: await atRest(respite, workerPid),
      supervisor,
      supervisorCpuShare,
    };
  } finally {
    await Promise.all([bare.server.stop(), respite.server.stop()]);
  }
}

async function bytesOfConnection(port: number, connections: number): Promise<number> {
  // What a server allocates once, for its first connections, is none of theirs.
  (await idleConnections(port, Math.ceil(connections / 10)))();
  const before = await usedBytes(port);
  const close = await idleConnections(port, connections);
  const during = await usedBytes(port);
  close();
  return (during - before) / connections;
}

async function usedBytes(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/used`);
  return Number(await response.text());
}

async function workerOf({ server }: Listening): Promise<number> {
  const management = await ManagementPort.of(server);
  await management.settled();
  const [worker] = (await management.status()).workers;
  if (worker === undefined) throw new Error('there is no worker');
  return worker.pid;
}

const added = ({ bare, worker }: Round): number => worker.memory.residentMb - bare.memory.residentMb;
const perConnection = ({ bare, worker }: Round): number => worker.bytesOfConnection - bare.bytesOfConnection;
const mb = (value: number): string => `${value.toFixed(1)} MB`;
const share = (value: number): string => `${(100 * value).toFixed(2)} %`;
const bytes = (value: number): string => `${value.toFixed(0)} bytes`;

function report(rounds: readonly Round[], settings: Outcome['settings']): Outcome {
  const goal = (
    what: string,
    limit: number,
    read: (round: Round) => number,
    show: (value: number) => string,
  ): Goal => {
    const values = rounds.map(read);
    return {
      what,
      goal: `≤ ${show(limit)}`,
      figure: medianAndRange(values, show),
      holds: median(values) <= limit,
    };
  };
  const row = (what: string, read: (round: Round) => Memory): string[] => [
    what,
    medianAndRange(
      rounds.map((round) => read(round).residentMb),
      mb,
    ),
    medianAndRange(
      rounds.map((round) => read(round).ownMb),
      mb,
    ),
  ];
  return {
    goals: [
      goal('memory of the supervisor', GOALS.supervisorMb, ({ supervisor }) => supervisor.residentMb, mb),
      goal('memory that a worker has more than bare Node.js', GOALS.workerMb, added, mb),
      goal(
        'memory of an idle connection, more than in bare Node.js',
        GOALS.connectionBytes,
        perConnection,
        bytes,
      ),
      goal(
        'processor time of the idle supervisor, of a core',
        GOALS.cpuShare,
        ({ supervisorCpuShare }) => supervisorCpuShare,
        share,
      ),
    ],
    tables: [
      {
        title: 'Median (least to most)',
        columns: ['', 'resident', 'of its own'],
        rows: [
          row('bare Node.js', ({ bare }) => bare.memory),
          row('worker', ({ worker }) => worker.memory),
          row('supervisor', ({ supervisor }) => supervisor),
        ],
      },
    ],
    notes: [
      'Resident is what `ps` shows. Most of it is the executable of Node.js, which all processes share; of its own is the rest (`RssAnon`).',
      'A connection: heap and buffers in use after collections, with that number of kept-alive connections, each answered once, less without them.',
    ],
    settings: { ...settings, 'seconds until it is measured': SETTLING_MS / 1000 },
    measurements: rounds,
  };
}
