import { judgeBlockedLoop, type ResolvedBlockedLoop } from '../../workers/process/blocked.ts';
import type { Release } from '../../workers/release/index.ts';
import type { SlotHost, SlotWorker } from '../../workers/slot/host.ts';
import { Slot } from '../../workers/slot/slot.ts';
import type { Aftermath, SlotRules } from '../../workers/slot/state.ts';
import type { StandbyStatus } from '../../workers/status.ts';
import type { Identities } from './identities.ts';
import type { SeenWorker, StandbyLog } from './standby-log.ts';
import type { WatchdogReport } from '../../../worker/index.ts';
import { Takeovers } from './takeovers.ts';

/** How often it looks whether a standby fits, in ms. */
const LOOK_MS = 1000;

/** A standby that has grown to this many times what it took when it was warm, and by as many bytes, is replaced. */
const GROWN_TIMES = 2;
const GROWN_BYTES = 100 * 1024 * 1024;

/** Why there is no standby now: for a moment, or for a reason that people should know. */
export type Lack = { readonly kind: 'moment' } | { readonly kind: 'reason'; readonly text: string };

/** A worker as it is seen here. */
export interface StandbyWorker extends SlotWorker, SeenWorker {
  readonly release: Release;
  /** It waits, or will when it is warm, for a place. */
  readonly isStandby: boolean;
  readonly isResponsive: boolean;
  readonly report: Pick<WatchdogReport, 'gapMs' | 'rssBytes' | 'debugger'> | undefined;
  readonly start: { readonly lack: string };
  readonly exited: Promise<unknown>;
  /** It takes the place of the worker of another slot. */
  serve(slot: number): void;
}

interface StandbysConfig<Worker extends StandbyWorker> {
  readonly wanted: number;
  /** The slots of the workers that serve come first. */
  readonly workers: number;
  readonly rules: SlotRules;
  readonly nowMs: () => number;
  readonly blockedLoop: ResolvedBlockedLoop | false;
  readonly log: StandbyLog<Worker>;
  readonly identities: Identities;
  /** What a standby is to run. */
  readonly release: () => Release;
  /** Starts a process. A text says why there is none. */
  readonly start: (slot: number, release: Release) => Worker | string;
  /** What speaks against a start now; undefined when nothing does. */
  readonly lack: () => Lack | undefined;
  /** What speaks against those that are there; undefined when nothing does. */
  readonly shortage: () => string | undefined;
  readonly emptied: () => void;
}

/**
 * The workers that wait to take the place of others. Each has a slot of its own, whose starts wait until no slot that serves lacks anything: so a
 * slot that lacks a worker finds the standby waiting, or on its way, and never competes with it.
 */
export class Standbys<Worker extends StandbyWorker> implements SlotHost<Worker> {
  readonly slots: readonly Slot<Worker>[];
  readonly rules: SlotRules;
  readonly nowMs: () => number;
  readonly takeovers: Takeovers<Worker>;
  readonly #config: StandbysConfig<Worker>;
  /** Starts that wait for their turn. */
  readonly #waiting: ((release: () => void) => void)[] = [];
  readonly #warmBytes = new WeakMap<Worker, number>();
  #isStarting = false;
  #isPaused = false;
  #lack: string | undefined;
  /** Once for each time: figures in it change every second. */
  #hasToldLack = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(config: StandbysConfig<Worker>) {
    const { wanted, workers, rules, nowMs, log } = config;
    this.#config = config;
    this.rules = rules;
    this.nowMs = nowMs;
    this.takeovers = new Takeovers(nowMs, log);
    this.slots = Array.from({ length: wanted }, (_, i) => new Slot<Worker>(workers + i + 1, this));
  }

  get status(): StandbyStatus {
    const ready = this.slots.filter(({ serving }) => serving !== undefined).length;
    const { count: takeovers, lastMs: lastTakeoverMs } = this.takeovers;
    return { wanted: this.#config.wanted, ready, takeovers, lastTakeoverMs, lack: this.#lack };
  }

  start(): void {
    if (this.slots.length === 0) return;
    for (const slot of this.slots) slot.start(false);
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  stop(signal: NodeJS.Signals, atOnce: boolean): void {
    clearInterval(this.#timer);
    this.#waiting.length = 0;
    for (const slot of this.slots) slot.stop(signal, atOnce);
  }

  /** A standby of this release could serve at once. */
  isReady(release: Release): boolean {
    return this.#ready(release) !== undefined;
  }

  /**
   * Gives a standby to a slot that lacks a worker: one that could serve at once, otherwise the one that is on its way.
   *
   * @param isFromOutside What it replaces has ended for no fault of the program.
   */
  give(slot: number, release: Release, isFromOutside: boolean): Worker | undefined {
    const starting = this.slots.find((each) => isOf(each.starting, release));
    const own = this.#ready(release) ?? starting;
    const worker = own?.serving ?? own?.starting;
    if (own === undefined || worker === undefined) return undefined;
    if (worker.isWarm) this.takeovers.begins(worker, slot);
    worker.serve(slot);
    this.#config.identities.swap(own.number, slot);
    own.taken(worker, isFromOutside);
    return worker;
  }

  /** A worker of one of these slots could serve from now on. */
  warm(worker: Worker, own: Slot<Worker>): void {
    this.#config.log.warm(worker);
    own.ready(worker);
  }

  /** No client waits for a standby, so one that is sick is killed, and replaced as one that has ended. */
  reported(worker: Worker): void {
    const { report } = worker;
    if (!worker.isWarm || report === undefined || report.debugger) return;
    const { gapMs, rssBytes } = report;
    const blocked = judgeBlockedLoop(gapMs, this.#config.blockedLoop);
    const warmBytes = this.#warmBytes.get(worker) ?? rssBytes;
    this.#warmBytes.set(worker, warmBytes);
    if (blocked === 'blocked' || blocked === 'hopeless')
      worker.kill(`was a standby whose event loop was blocked for ${(gapMs / 1000).toFixed(1)} s`);
    else if (rssBytes >= GROWN_TIMES * warmBytes && rssBytes - warmBytes >= GROWN_BYTES)
      worker.kill(`was a standby that had grown by ${Math.round((rssBytes - warmBytes) / 1024 / 1024)} MB`);
  }

  /** Whether a start may begin, or a standby has to go. */
  look(): void {
    const shortage = this.#config.shortage();
    if (shortage !== undefined) {
      this.#giveUp(shortage);
      return;
    }
    if (this.#isStarting || this.#isPaused || this.#waiting.length === 0) return;
    const lack = this.#config.lack();
    if (lack?.kind === 'reason') this.#lacks(lack.text);
    if (lack !== undefined) return;
    this.#lack = undefined;
    this.#hasToldLack = false;
    this.#isStarting = true;
    this.#waiting.shift()?.(() => {
      this.#isStarting = false;
      queueMicrotask(() => this.look());
    });
  }

  /** A rolling restart is under way: those that wait may still be needed, and what is started now would be of the wrong version. */
  pause(): void {
    this.#isPaused = true;
  }

  /** It is over. Resolves when no standby of another release than the current one is left. */
  async resume(): Promise<void> {
    this.#isPaused = false;
    const release = this.#config.release();
    const old: Worker[] = [];
    for (const slot of this.slots) {
      const workers = [slot.serving, slot.starting].filter((worker) => worker !== undefined);
      if (workers.every((worker) => worker.release === release)) continue;
      old.push(...workers);
      slot.retire();
    }
    this.look();
    await Promise.all(old.map(({ exited }) => exited));
  }

  hasStandby(): boolean {
    return false;
  }

  spawn(slot: number): Worker | string {
    return this.#config.start(slot, this.#config.release());
  }

  askTurn(_cause: unknown, granted: (release: () => void) => void): void {
    this.#waiting.push(granted);
    queueMicrotask(() => this.look());
  }

  late(worker: Worker, afterMs: number): void {
    worker.kill(`${worker.start.lack} within ${afterMs / 1000} s`);
  }

  died(slot: number, worker: Worker | undefined, after: Aftermath): void {
    this.#lack = this.#config.log.died(slot, worker, after);
  }

  emptied(): void {
    this.#config.emptied();
  }

  // None of these concerns anybody but this slot: no client has noticed anything.
  counted(): void {}
  putOff(): void {}
  renewalFailed(): void {}
  renewed(): void {}
  back(): void {}
  resolved(): void {}

  #ready(release: Release): Slot<Worker> | undefined {
    return this.slots.find(
      ({ serving }) => isOf(serving, release) && serving?.isWarm === true && serving.isResponsive,
    );
  }

  #giveUp(reason: string): void {
    const isThere = this.slots.some(
      ({ serving, starting }) => serving !== undefined || starting !== undefined,
    );
    if (isThere) this.#config.log.givenUp(reason);
    this.#lack = reason;
    if (isThere) for (const slot of this.slots) slot.retire();
  }

  #lacks(reason: string): void {
    if (!this.#hasToldLack) this.#config.log.lacks(reason);
    this.#hasToldLack = true;
    this.#lack = reason;
  }
}

function isOf(worker: StandbyWorker | undefined, release: Release): boolean {
  return worker?.isStandby === true && worker.release === release && worker.killedBecause === undefined;
}
