// The servers whose cost is compared, and the processes of each side.
import type { Side } from '../lib/benchmark.ts';
import { ManagementPort } from '../lib/management.ts';
import { listen, type Listening } from '../lib/server.ts';

/** Processes of each side. What the compiler makes of a server differs more from process to process than Respite costs. */
const INSTANCES = 3;

export interface Workload {
  readonly name: string;
  readonly script: string;
  /** Each request comes on a connection of its own. */
  readonly newConnections: boolean;
}

/** The first is the one whose latency is measured too. */
export const WORKLOADS: readonly Workload[] = [
  { name: 'node', script: 'hello.mjs', newConnections: false },
  { name: 'connections', script: 'hello.mjs', newConnections: true },
  { name: 'express', script: 'frameworks/express.mjs', newConnections: false },
  { name: 'fastify', script: 'frameworks/fastify.mjs', newConnections: false },
];

/** A process that answers requests. */
interface Instance extends Listening {
  /** Of the process whose processor time counts: the worker, under `respite run`. */
  readonly pid: number;
}

/** All processes of a workload. */
export class Instances {
  readonly #bySide: Readonly<Record<Side, readonly Instance[]>>;

  private constructor(bySide: Readonly<Record<Side, readonly Instance[]>>) {
    this.#bySide = bySide;
  }

  static async start({ script }: Workload): Promise<Instances> {
    const all = async (side: Side): Promise<Instance[]> =>
      Promise.all(Array.from({ length: INSTANCES }, () => startOne(side, script)));
    return new Instances({ bare: await all('bare'), respite: await all('respite') });
  }

  /** The one whose turn it is. */
  of(side: Side, round: number): Instance {
    const instance = this.#bySide[side][round % INSTANCES];
    if (instance === undefined) throw new RangeError(`no instance for round ${round}`);
    return instance;
  }

  get rounds(): readonly number[] {
    return Array.from({ length: INSTANCES }, (_, i) => i);
  }

  async stop(): Promise<void> {
    await Promise.all(Object.values(this.#bySide).flatMap((all) => all.map(({ server }) => server.stop())));
  }
}

async function startOne(side: Side, script: string): Promise<Instance> {
  // It decides and counts, and refuses nothing: under as much load as there can be it would, and a refusal costs something else.
  const listening = await listen(side, script, { options: ['--dry-run'] });
  if (side === 'bare') return { ...listening, pid: listening.server.pid };
  const management = await ManagementPort.of(listening.server);
  await management.settled();
  const pid = (await management.status()).workers[0]?.pid;
  if (pid === undefined) throw new Error('there is no worker');
  return { ...listening, pid };
}
