import { setTimeout as delay } from 'node:timers/promises';
import { comesUp } from '../process/coming-up.ts';
import type { Log } from '../log.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { type Death, planRestart, type Restart } from './restart-policy.ts';
import type { Slot } from './slot.ts';
import { type HealedCause, NO_RESTARTS_YET, type RestartCause } from '../status.ts';
import type { WorkerProcess } from '../process/worker-process.ts';

interface ReplacementsConfig {
  readonly log: Log;
  readonly startTimeoutMs: number;
  readonly spawn: (slot: Slot) => WorkerProcess;
  readonly isStopping: () => boolean;
}

/** Puts workers in the place of others: of dead ones, sick ones, and those that somebody wants renewed. */
export class Replacements {
  readonly #config: ReplacementsConfig;
  readonly #counts: Record<RestartCause, number> = { ...NO_RESTARTS_YET };
  /** While one is replaced, the others serve. */
  readonly #turns = new OneAtATime();

  constructor(config: ReplacementsConfig) {
    this.#config = config;
  }

  /** Workers replaced since the start, by cause. */
  get counts(): Readonly<Record<RestartCause, number>> {
    return { ...this.#counts };
  }

  /**
   * Renews a slot that is well. Resolves when the old worker has ended: with undefined, or with why no other could take its
   * place; it then goes on.
   */
  async renew(slot: Slot): Promise<string | undefined> {
    return this.#turns.run(() => this.#replace(slot, 'rolling'));
  }

  /**
   * The same for a worker that is sick, and may be killed meanwhile. Those of one slot that come too often are put off.
   *
   * @param collected The other one serves, but the sick one is not ended before; never rejects.
   */
  async heal(
    slot: Slot,
    sick: WorkerProcess,
    cause: HealedCause,
    collected: Promise<void>,
  ): Promise<string | undefined> {
    const { crashLoop, delayMs, history } = this.#plan(slot, {
      readyForMs: readyForMs(sick),
      fromOutside: false,
    });
    if (crashLoop) {
      this.#config.log.error(
        { worker: sick.id, slot: slot.number, delayMs, crashLoop, cause },
        `CRASH LOOP: ${history.recentMs.length} workers of slot ${slot.number} had to be replaced within 60 s; the next try is in ${seconds(delayMs)}`,
      );
      await delay(delayMs);
    }
    return this.#turns.run(async () => {
      if (slot.current === sick) return this.#replace(slot, cause, collected);
      // It has ended meanwhile, or is about to, and has been seen to.
      await sick.exited;
      return undefined;
    });
  }

  /** Starts a worker that is to serve. One that does not listen in time is killed, which is a death like any other. */
  start(slot: Slot): void {
    if (slot.current !== undefined) return;
    const { spawn, startTimeoutMs } = this.#config;
    const worker = spawn(slot);
    slot.current = worker;
    void comesUp(worker, startTimeoutMs).then((problem) => {
      if (problem !== undefined) worker.kill(problem);
    });
  }

  /** Restarts a slot whose worker has ended by itself, or was killed before its replacement was there. */
  restart(slot: Slot, death: Death, cause: RestartCause, fields: object, ending: string): Restart {
    this.#counts[cause] += 1;
    const { log } = this.#config;
    const restart = this.#plan(slot, death);
    const { delayMs, crashLoop, history } = restart;
    const when = delayMs === 0 ? 'at once' : `in ${seconds(delayMs)}`;
    if (crashLoop) {
      const count = history.recentMs.length;
      log.error(
        { ...fields, delayMs, crashLoop },
        `CRASH LOOP: ${ending}, the ${count}th time within 60 s; next try ${when}, and so on until it stays up`,
      );
    } else {
      log.error({ ...fields, delayMs }, `${ending}; restarting ${when}`);
    }
    if (slot.replacement === undefined) {
      slot.restartTimer = setTimeout(() => this.start(slot), delayMs);
      slot.restartAtMs = Date.now() + delayMs;
    }
    return restart;
  }

  #plan(slot: Slot, death: Death): Restart {
    const restart = planRestart(slot.history, Date.now(), death, Math.random());
    slot.history = restart.history;
    return restart;
  }

  /** @param collected The old worker is not ended before. */
  async #replace(slot: Slot, cause: RestartCause, collected?: Promise<void>): Promise<string | undefined> {
    const { isStopping, spawn, startTimeoutMs } = this.#config;
    if (isStopping()) return STOPPING;
    clearTimeout(slot.restartTimer);
    const replacement = spawn(slot);
    slot.replacement = replacement;
    const problem = await comesUp(replacement, startTimeoutMs);
    if (problem !== undefined && !isStopping()) {
      replacement.kill(problem);
      await replacement.exited;
    }
    slot.replacement = undefined;
    if (isStopping()) return STOPPING;
    if (problem !== undefined) {
      this.start(slot);
      return `the new worker ${problem}`;
    }
    const old = slot.current;
    slot.current = replacement;
    this.#counts[cause] += 1;
    await collected;
    old?.end('SIGTERM');
    await old?.exited;
    return undefined;
  }
}

function readyForMs({ readySinceMs }: WorkerProcess): number {
  return readySinceMs === undefined ? 0 : Date.now() - readySinceMs;
}

const STOPPING = 'everything is stopping';

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
