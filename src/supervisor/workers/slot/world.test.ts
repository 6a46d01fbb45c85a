// What is around a slot in histories.test.ts: a driver, processes and the others of the pool, without any of them. Checks the invariants
// after each event.
import assert from 'node:assert/strict';
import { next } from './next.ts';
import type { Step } from './step.test.ts';
import { EMPTY_SLOT, type SlotAction, type SlotEvent, type SlotRules, type SlotState } from './state.ts';

const RULES: SlotRules = {
  isStandby: false,
  startTimeoutMs: 60_000,
  deployTimeoutMs: 15_000,
  stableMs: 10_000,
  loopStableMs: 60_000,
};

/** Longer than any wait, start or window. */
export const CALM_MS: number = 600_000;

interface Process {
  isReady: boolean;
  /** It was drained, or killed: it may end at any time, and nothing else is wanted of it. */
  isDismissed: boolean;
}

/** What a driver, its processes and the others of the pool do, without any of them. */
export class World {
  state: SlotState = EMPTY_SLOT;
  nowMs = 0;
  readonly processes = new Map<number, Process>();
  readonly seen: SlotAction[] = [];
  readonly #random: () => number;
  #lastId = 0;
  #wakeAtMs: number | undefined;
  #turnsAsked = 0;
  #turnsHeld = 0;
  failingSpawns = 0;
  faults = 0;
  /** Somebody waits for a sick worker to be gone and another one to serve. */
  isHealing = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  readonly #events: SlotEvent[] = [];
  #isBusy = false;

  /** One after the other, as the driver takes them. */
  send(event: SlotEvent): void {
    this.#events.push(event);
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let taken = this.#events.shift(); taken !== undefined; taken = this.#events.shift())
      this.#take(taken);
    this.#isBusy = false;
  }

  #take(event: SlotEvent): void {
    const moment = { nowMs: this.nowMs, random: this.#random(), hasStandby: false };
    const { state, actions, wakeAtMs } = next(this.state, event, moment, RULES);
    this.state = state;
    this.#wakeAtMs = wakeAtMs;
    for (const action of actions) this.#do(action);
    this.#check();
  }

  #do(action: SlotAction): void {
    this.seen.push(action);
    switch (action.kind) {
      case 'spawn':
        assert.ok(this.state.isWanted, 'nothing is started after a stop');
        if (this.failingSpawns > 0) {
          this.failingSpawns -= 1;
          this.faults += 1;
          this.send({ kind: 'spawn-failed', problem: 'ENOMEM' });
          break;
        }
        this.#lastId += 1;
        this.processes.set(this.#lastId, { isReady: false, isDismissed: false });
        this.send({ kind: 'spawned', id: this.#lastId, isWarm: false });
        break;
      case 'drain':
      case 'kill':
      case 'late': {
        const process = this.processes.get(action.id);
        assert.ok(process !== undefined, 'a worker that is to end is there');
        const servesAnyway = action.kind === 'late' && action.isAlone && this.#random() < 0.5;
        if (servesAnyway) process.isReady = true;
        else process.isDismissed = true;
        if (servesAnyway) this.send({ kind: 'ready', id: action.id });
        break;
      }
      case 'ask-turn':
        this.#turnsAsked += 1;
        break;
      case 'release-turn':
        assert.ok(this.#turnsHeld > 0, 'a turn is given back once');
        this.#turnsHeld -= 1;
        break;
      case 'back':
      case 'resolved':
        this.#servesWell(action.kind);
        this.isHealing = false;
        break;
      default:
    }
  }

  #servesWell(said: string): void {
    const { serving } = this.state;
    const process = serving === undefined ? undefined : this.processes.get(serving.id);
    assert.ok(process?.isReady, `'${said}' is only said while a worker is ready`);
    assert.equal(serving?.sick, undefined, `'${said}' is not said of a sick one`);
  }

  #check(): void {
    const { isWanted, serving, starting, due, trial, leaving } = this.state;
    if (isWanted) {
      const isComing = starting !== undefined || due !== undefined;
      assert.ok(serving !== undefined || isComing, 'a slot is never empty without a start to come');
      assert.ok(serving?.sick === undefined || isComing, 'a sick one has a successor');
    }
    if (due !== undefined && starting === undefined) {
      const isAsked = due.hasAskedForTurn && this.#turnsAsked + this.#turnsHeld > 0;
      assert.ok(this.#wakeAtMs !== undefined || isAsked, 'a start has its time, or its turn');
    }
    assert.ok(this.#turnsHeld <= 1, 'one turn at a time');
    const known = [serving?.id, starting?.id, trial?.old.id, ...leaving.map(({ id }) => id)].filter(
      (id) => id !== undefined,
    );
    assert.equal(new Set(known).size, known.length, 'nobody is in two places');
    if (starting === undefined || starting.id !== undefined) {
      assert.deepEqual(new Set(known), new Set(this.processes.keys()), 'nobody is forgotten');
    }
  }

  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (let times = 0; this.#wakeAtMs !== undefined && this.#wakeAtMs <= untilMs; times += 1) {
      assert.ok(times < 10_000, 'time goes on');
      this.nowMs = Math.max(this.nowMs, this.#wakeAtMs);
      this.send({ kind: 'time' });
      // One that was killed because it was late ends at once.
      for (const [id, process] of this.processes) {
        if (process.isDismissed && this.state.starting?.id === id) this.ends(id);
      }
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  turn(): void {
    if (this.#turnsAsked === 0 || this.#turnsHeld > 0) return;
    this.#turnsAsked -= 1;
    this.#turnsHeld += 1;
    this.send({ kind: 'granted' });
  }

  listens(): void {
    const id = this.state.starting?.id;
    const process = id === undefined ? undefined : this.processes.get(id);
    if (id === undefined || process === undefined || process.isDismissed) return;
    process.isReady = true;
    this.send({ kind: 'ready', id });
  }

  ends(id: number, isFromOutside: boolean = false): void {
    const process = this.processes.get(id);
    if (process === undefined) return;
    this.processes.delete(id);
    const isFault = !process.isDismissed && this.state.serving?.sick === undefined;
    if (isFault || this.state.starting?.id === id) this.faults += 1;
    this.send({ kind: 'exited', id, end: { how: 'ended with exit code 1', cause: 'exit', isFromOutside } });
  }

  take(given: Step): void {
    switch (given.kind) {
      case 'pass':
        this.pass(given.ms);
        break;
      case 'listens':
        this.listens();
        break;
      case 'turn':
        this.turn();
        break;
      case 'dies': {
        const id = this.#who(given.who);
        if (id !== undefined) this.ends(id, given.isFromOutside);
        break;
      }
      case 'sick': {
        const id = this.#who(given.who);
        if (id === undefined) break;
        if (this.state.serving?.id === id && this.state.serving.sick === undefined) {
          this.faults += 1;
          this.isHealing = this.state.isWanted;
        }
        this.send({ kind: 'sick', id, cause: 'memory-leak' });
        break;
      }
      case 'rejected':
      case 'accepted':
      case 'collected': {
        const id = this.#who(given.who);
        if (id !== undefined) this.send({ kind: given.kind, id, problem: 'worse' });
        break;
      }
      case 'no process':
        this.failingSpawns = given.count;
        break;
      case 'renew':
      case 'stop':
        this.send(given);
    }
  }

  /** From now on nothing goes wrong. Those that drain go on doing so: they are in nobody's way. */
  calm(): void {
    this.failingSpawns = 0;
    for (let i = 0; i < 20; i += 1) {
      for (const id of this.processes.keys()) this.send({ kind: 'collected', id });
      this.pass(30_000);
      this.turn();
      this.listens();
    }
  }

  endAll(): void {
    for (const id of this.processes.keys()) this.ends(id);
  }

  #who(index: number): number | undefined {
    return [...this.processes.keys()].at(index % Math.max(1, this.processes.size));
  }
}

export function count(world: World, kind: SlotAction['kind']): number {
  return world.seen.filter((action) => action.kind === kind).length;
}

/** A generator of numbers from 0 to 1 that is the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
