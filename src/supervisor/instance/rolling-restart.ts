import type { Canary } from '../detect/canary/index.ts';
import type { Death } from './healing/deaths.ts';
import type { Incident } from '../incidents/incident.ts';
import { late } from './late.ts';
import type { PoolConfig } from './pool-config.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';
import type { Release, Releases } from '../workers/release/index.ts';
import type { Slot } from '../workers/slot/slot.ts';

interface RestartConfig extends Pick<PoolConfig, 'deaths' | 'evidence' | 'log' | 'unexpected'> {
  readonly slots: readonly Slot<WorkerProcess>[];
  readonly releases: Releases;
  readonly nowMs: () => number;
  /** Workers that serve, and are to go on. */
  readonly serving: () => readonly WorkerProcess[];
}

/** Renews all slots, one after the other; the first new worker shows what the others would be like. */
export class RollingRestart {
  readonly #config: RestartConfig;
  /** Of the last restart. */
  #canary: Canary<WorkerProcess> | undefined;

  constructor(config: RestartConfig) {
    this.#config = config;
  }

  /**
   * Moves every slot to another release, or none: when a slot can't be moved, those before it go back to the old one. Resolves when no
   * worker of before is left.
   *
   * @param release What every slot is to run; it may be what they run already.
   * @param trialMs How long the first new worker serves beside the old one, in ms.
   * @returns Why the old release goes on; undefined if all slots are renewed.
   */
  async run(release: Release, trialMs: number): Promise<string | undefined> {
    const { releases, serving, slots } = this.#config;
    const old = serving();
    const isAnother = releases.begin(release);
    const problem = await this.#renewAll(trialMs);
    if (problem === undefined) {
      releases.done();
      // They drain side by side. The caller may remove the old files then.
      await Promise.all(old.map(({ exited }) => exited));
      return undefined;
    }
    const left: string[] = [];
    // The same files again would be no way back.
    for (const slot of isAnother ? releases.moved : []) {
      const stuck = await slots[slot - 1]?.renew(0);
      if (stuck !== undefined) left.push(`; slot ${slot} keeps the new version: ${stuck}`);
    }
    releases.takenBack();
    return `${problem}${left.join('')}`;
  }

  async #renewAll(trialMs: number): Promise<string | undefined> {
    const { slots, log, nowMs, serving } = this.#config;
    const canaries = await late.canary();
    const canary = new canaries.Canary<WorkerProcess>(trialMs, {
      log,
      nowMs,
      serving,
      onWorse: (worker, problem) => slots[worker.slot - 1]?.reject(worker, problem),
      onIdle: (worker) => slots[worker.slot - 1]?.accept(worker),
    });
    this.#canary = canary;
    for (const [i, slot] of slots.entries()) {
      const problem = await slot.renew(i === 0 ? trialMs : 0);
      if (i === 0) canary.end(problem === undefined);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** A worker is ready. */
  ready(worker: WorkerProcess): void {
    if (this.#config.slots[worker.slot - 1]?.isTried(worker) === true) this.#canary?.begin(worker);
  }

  /** A slot goes on with its old worker. @param death How the new one ended; undefined while it lives, or if it never did. */
  failed(slot: number, worker: WorkerProcess | undefined, death: Death | undefined, problem: string): void {
    const { slots, deaths, evidence, unexpected } = this.#config;
    const compared = worker === undefined ? undefined : this.#canary?.factsOf(worker);
    const isRejected = worker !== undefined && compared !== undefined;
    const collect = async (incident: Incident): Promise<void> => {
      if (isRejected) await evidence.collect(worker, incident);
    };
    const told = deaths.takenBack({ slot, worker, death, problem, compared: compared ?? [], collect });
    // Whatever became of that: it is not to serve forever.
    const over = told.finally(() => {
      if (isRejected) slots[slot - 1]?.collected(worker);
    });
    unexpected.inBackground('an incident', over);
  }
}
