import type { HealedCause } from '../../causes.ts';
import type { SlotHost, SlotWorker } from './host.ts';
import { next } from './next.ts';
import { EMPTY_SLOT, type End, type SlotAction, type SlotEvent, type SlotState } from './state.ts';

/** A longer timeout fires at once; it is set again then. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** One slot: keeps its state, its only timer, and does what `next` asks for. No other code does anything to its workers. */
export class Slot<Worker extends SlotWorker> {
  readonly number: number;
  readonly #host: SlotHost<Worker>;
  #state: SlotState = EMPTY_SLOT;
  #timer: NodeJS.Timeout | undefined;
  /** Those that run, by their number. */
  readonly #workers = new Map<number, Worker>();
  /** Turns that are held, at most one except for the moment in which one is given back unused. */
  readonly #turns: (() => void)[] = [];
  readonly #events: SlotEvent[] = [];
  #isBusy = false;
  #endSignal: NodeJS.Signals = 'SIGTERM';
  #renewal: PromiseWithResolvers<string | undefined> | undefined;
  #healing: PromiseWithResolvers<string | undefined> | undefined;

  constructor(number: number, host: SlotHost<Worker>) {
    this.number = number;
    this.#host = host;
  }

  /** The one that serves, or did before it fell sick. */
  get serving(): Worker | undefined {
    return this.#workers.get(this.#state.serving?.id ?? 0);
  }

  /** When the next worker is started, by the pool's clock; undefined when none waits for its time. */
  get nextStartAtMs(): number | undefined {
    return this.#state.due?.atMs;
  }

  /** Whether a fault lasts, service is back, or all workers are healthy. */
  get service(): 'down' | 'back' | 'well' {
    const { fault } = this.#state;
    if (fault === undefined) return 'well';
    return fault.backAtMs === undefined ? 'down' : 'back';
  }

  /** This worker is not to serve any more. */
  isLeaving({ id }: Worker): boolean {
    return this.#state.leaving.some((each) => each.id === id);
  }

  /** This worker is to take the place of a healthy one. */
  isRenewedBy({ id }: Worker): boolean {
    const { starting, serving } = this.#state;
    return starting?.id === id && starting.purpose.kind === 'renew' && serving !== undefined;
  }

  /** This worker serves beside the one that it is to replace. */
  isTried({ id }: Worker): boolean {
    return this.#state.trial !== undefined && this.#state.serving?.id === id;
  }

  /** The worker that is being started is for a rolling restart. */
  get isRenewing(): boolean {
    return this.#state.starting?.purpose.kind === 'renew';
  }

  /** The one that is on its way. */
  get starting(): Worker | undefined {
    return this.#workers.get(this.#state.starting?.id ?? 0);
  }

  /** @param isFirst No worker has ever served: if this one does not, the slot is given up. */
  start(isFirst: boolean): void {
    this.#take({ kind: 'start', isFirst });
  }

  ready({ id }: Worker): void {
    this.#take({ kind: 'ready', id });
  }

  exited({ id }: Worker, end: End): void {
    this.#take({ kind: 'exited', id, end });
    this.#workers.delete(id);
  }

  /**
   * Replaces a sick worker. Resolves when that is gone and another one serves: with undefined, or with why there is none.
   *
   * @param collected The sick one is not drained before; never rejects.
   */
  async heal({ id }: Worker, cause: HealedCause, collected: Promise<void>): Promise<string | undefined> {
    if (this.#state.serving?.id !== id) return 'it does not serve any more';
    this.#healing ??= Promise.withResolvers();
    const { promise } = this.#healing;
    this.#take({ kind: 'sick', id, cause });
    void collected.then(() => this.#take({ kind: 'collected', id }));
    return promise;
  }

  /** The new worker of a trial is worse than the old one, which goes on. The new one serves until {@link collected}. */
  reject({ id }: Worker, problem: string): void {
    this.#take({ kind: 'rejected', id, problem });
  }

  /** The new worker of a trial can't be compared: the trial is over, and the old one is drained. */
  accept({ id }: Worker): void {
    this.#take({ kind: 'accepted', id });
  }

  /** What a rejected worker can tell is known: it may be drained. */
  collected({ id }: Worker): void {
    this.#take({ kind: 'collected', id });
  }

  /**
   * Puts a new worker in the place of a healthy one. Resolves when it serves: with undefined, or with why the old one goes on.
   *
   * @param trialMs How long both serve before the old one is drained; the new one is taken back if it fails meanwhile.
   */
  async renew(trialMs: number): Promise<string | undefined> {
    this.#renewal ??= Promise.withResolvers();
    const { promise } = this.#renewal;
    this.#take({ kind: 'renew', trialMs });
    return promise;
  }

  /** A standby may be there by now. */
  look(): void {
    this.#take({ kind: 'time' });
  }

  /** Of a standby's slot: another slot has taken this worker. @param isFromOutside For no fault of the program. */
  taken({ id }: Worker, isFromOutside: boolean): void {
    this.#take({ kind: 'taken', id, isFromOutside });
    this.#workers.delete(id);
  }

  /** Of a standby's slot: its worker ends, and another one is to come. */
  retire(): void {
    this.#take({ kind: 'retired' });
  }

  /** Once more at once. */
  stop(signal: NodeJS.Signals, atOnce: boolean): void {
    this.#endSignal = signal;
    this.#take({ kind: 'stop', atOnce });
    this.#healing?.resolve('everything is stopping');
  }

  /** One event after the other: what is done for one may be another, which begins when all is done. */
  #take(event: SlotEvent): void {
    this.#events.push(event);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let taken = this.#events.shift(); taken !== undefined; taken = this.#events.shift())
        this.#handle(taken);
    } finally {
      this.#isBusy = false;
    }
  }

  #handle(event: SlotEvent): void {
    const { rules, nowMs } = this.#host;
    const hasStandby = this.#host.hasStandby(this.number);
    const moment = { nowMs: nowMs(), random: Math.random(), hasStandby };
    const { state, actions, wakeAtMs } = next(this.#state, event, moment, rules);
    this.#state = state;
    clearTimeout(this.#timer);
    if (wakeAtMs !== undefined) {
      const waitMs = Math.min(MAX_TIMEOUT_MS, Math.max(0, Math.ceil(wakeAtMs - nowMs())));
      this.#timer = setTimeout(() => this.#take({ kind: 'time' }), waitMs);
    }
    for (const action of actions) this.#do(action);
  }

  #do(action: SlotAction): void {
    const host = this.#host;
    switch (action.kind) {
      case 'spawn':
        this.#spawn();
        break;
      case 'drain':
        this.#workers.get(action.id)?.end(this.#endSignal);
        break;
      case 'kill':
        this.#workers.get(action.id)?.kill(action.because);
        break;
      case 'late': {
        const worker = this.#workers.get(action.id);
        if (worker !== undefined) host.late(worker, action.afterMs, action.isAlone);
        break;
      }
      case 'ask-turn':
        host.askTurn(action.cause, (release) => {
          this.#turns.push(release);
          this.#take({ kind: 'granted' });
        });
        break;
      case 'release-turn':
        this.#turns.pop()?.();
        break;
      case 'counted':
        host.counted(action.cause);
        break;
      case 'died':
        host.died(this.number, this.#workers.get(action.id ?? 0), action.after);
        break;
      case 'put-off': {
        const worker = this.#workers.get(action.id);
        if (worker !== undefined) host.putOff(worker, action.delayMs, action.recentFaults);
        break;
      }
      case 'renewed':
        host.renewed(this.number);
        this.#answerRenewal(undefined);
        break;
      case 'renewal-failed':
        host.renewalFailed(this.number, this.#workers.get(action.id ?? 0), action.problem);
        this.#answerRenewal(action.problem);
        break;
      case 'back':
        host.back(this.number);
        this.#healing?.resolve(undefined);
        this.#healing = undefined;
        break;
      case 'resolved':
        host.resolved(this.number);
        break;
      case 'empty':
        host.emptied();
    }
  }

  #spawn(): void {
    const worker = this.#host.spawn(this.number);
    if (typeof worker === 'string') {
      this.#take({ kind: 'spawn-failed', problem: worker });
      return;
    }
    this.#workers.set(worker.id, worker);
    this.#take({ kind: 'spawned', id: worker.id, isWarm: worker.isWarm });
  }

  #answerRenewal(problem: string | undefined): void {
    this.#renewal?.resolve(problem);
    this.#renewal = undefined;
  }
}
