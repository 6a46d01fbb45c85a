import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { SupervisorStatus } from '../../../src/supervisor/index.ts';
import { kill, temporaryDirectory } from '../../harness/process.ts';
import { respite, type RunningRespite } from '../../harness/respite.ts';
import type { Place } from '../../harness/services/configuration.ts';

type FairnessStatus = SupervisorStatus['fairness'];

/** Requests in flight of an instance: 24 deliveries, and room for a burst of users. */
const LIMIT = 32;
const SHEDDABLE_SHARE = 0.75;

/** One instance of the fleet; its ports stay the same when it is started again. */
export class Instance {
  readonly place: Place;
  readonly #t: TestContext;
  readonly #redisPort: number;
  #process: RunningRespite | undefined;
  #stalled: readonly number[] = [];

  constructor(t: TestContext, place: Place, redisPort: number) {
    this.#t = t;
    this.place = place;
    this.#redisPort = redisPort;
  }

  async start(): Promise<void> {
    const dir = temporaryDirectory();
    writeFileSync(path.join(dir, 'respite.config.mjs'), configuration(this.#redisPort));
    this.#process = respite(this.#t, 'two-kinds.mjs', {
      dir,
      options: ['--management', `127.0.0.1:${this.place.managementPort}`],
      env: { PORT: String(this.place.port) },
    });
    await this.#process.ready();
  }

  async fairness(): Promise<FairnessStatus> {
    return (await this.#running.status()).fairness;
  }

  /** As a machine that loses its power: the supervisor and its worker at once. */
  async kill(): Promise<void> {
    for (const pid of await this.#pids()) kill(pid);
    await this.#running.ended();
  }

  async killWorker(): Promise<void> {
    for (const pid of await this.#running.offspring()) kill(pid);
  }

  /** As a machine that hangs: connections are accepted by the kernel, nothing is answered. */
  async stall(): Promise<void> {
    this.#stalled = await this.#pids();
    for (const pid of this.#stalled) kill(pid, 'SIGSTOP');
  }

  resume(): void {
    for (const pid of this.#stalled) kill(pid, 'SIGCONT');
    this.#stalled = [];
  }

  get #running(): RunningRespite {
    if (this.#process === undefined) throw new Error('the instance was not started');
    return this.#process;
  }

  async #pids(): Promise<readonly number[]> {
    return [this.#running.pid, ...(await this.#running.offspring())];
  }
}

/** What docs/guide/fleet.md says, with a limit: a machine that has other things to do must not make the instances smaller. */
function configuration(redisPort: number): string {
  return `import { Redis } from ${JSON.stringify(import.meta.resolve('ioredis'))};
const client = new Redis(${redisPort}, '127.0.0.1');
client.on('error', () => {});
export default {
  admission: {
    limit: ${LIMIT},
    thresholds: { sheddable: ${SHEDDABLE_SHARE} },
    routes: { 'POST /deliveries': 'sheddable' },
    priority: { identity: 'x-tenant', fairness: true },
    // Eight instances, the balancer and the load share the machine: its event loops are late for reasons that are none of theirs.
    turnBudget: false,
    signals: { 'loop-delay': false },
  },
  supervisor: { workers: 1, fleet: { client, name: 'shop' } },
};
`;
}
