// What is around the slots in standby-histories.test.ts: two that serve and one of a standby, with processes and turns, without any driver.
// Checks the invariants after each event.
import assert from 'node:assert/strict';
import { next } from './next.ts';
import type { Step } from './step.test.ts';
import { Place, type Process } from './place.test.ts';
import type { SlotAction, SlotEvent } from './state.ts';

export class StandbyWorld {
  readonly serving: readonly Place[] = [new Place(false), new Place(false)];
  readonly standby: Place = new Place(true);
  readonly processes = new Map<number, Process>();
  readonly #random: () => number;
  nowMs = 0;
  failingSpawns = 0;
  faults = 0;
  /** Restarts of workers that serve, other than those of a rolling restart. */
  counted = 0;
  takeovers = 0;
  #lastId = 0;

  constructor(random: () => number) {
    this.#random = random;
    for (const place of this.all) this.send(place, { kind: 'start', isFirst: false });
  }

  get all(): readonly Place[] {
    return [...this.serving, this.standby];
  }

  send(place: Place, event: SlotEvent): void {
    place.events.push(event);
    if (place.isBusy) return;
    place.isBusy = true;
    for (let taken = place.events.shift(); taken !== undefined; taken = place.events.shift()) {
      const moment = {
        nowMs: this.nowMs,
        random: this.#random(),
        hasStandby: !place.rules.isStandby && this.#waits() !== undefined,
      };
      const { state, actions, wakeAtMs } = next(place.state, taken, moment, place.rules);
      place.state = state;
      place.wakeAtMs = wakeAtMs;
      for (const action of actions) this.#do(place, action);
    }
    place.isBusy = false;
  }

  /** The turn of a standby comes when no slot lacks anything, as the pool has it; and what holds is checked. */
  settled(): void {
    const isServed = this.serving.every(
      (place) => !place.lacks && place.state.starting === undefined && place.state.fault?.of === undefined,
    );
    if (isServed && this.standby.turnsAsked > 0 && this.standby.turnsHeld === 0) {
      this.standby.turnsAsked -= 1;
      this.standby.turnsHeld += 1;
      this.send(this.standby, { kind: 'granted' });
    }
    const known = this.all.flatMap(({ state: { serving, starting, trial, leaving } }) => [
      ...[serving?.id, starting?.id, trial?.old.id].filter((id) => id !== undefined),
      ...leaving.map(({ id }) => id),
    ]);
    assert.equal(new Set(known).size, known.length, 'no worker is in two slots, or in two roles');
    assert.deepEqual(new Set(known), new Set(this.processes.keys()), 'none is forgotten');
    for (const place of this.serving) {
      const { isWanted, serving, starting, due } = place.state;
      if (serving !== undefined)
        assert.ok(this.processes.get(serving.id)?.isReady, 'what a slot calls serving serves');
      if (isWanted && place.lacks) {
        assert.ok(starting !== undefined || due !== undefined, 'a slot that lacks a worker has one to come');
        assert.ok(starting !== undefined || this.#waits() === undefined, 'none waits beside a standby');
      }
    }
    const { serving, due, isWanted } = this.standby.state;
    if (serving !== undefined) {
      const process = this.processes.get(serving.id);
      assert.ok(process?.isWarm === true && !process.isReady, 'a standby serves nobody');
    } else if (isWanted && this.standby.state.starting === undefined) {
      assert.ok(due !== undefined, 'a standby is to come');
      const isTimed = this.standby.wakeAtMs !== undefined || this.standby.turnsAsked > 0;
      assert.ok(isTimed, 'the start of a standby has its time, or its turn');
    }
  }

  /** @param at From which slot, as far as it matters. */
  take(step: Step | { readonly kind: 'warms' | 'retired' }, at: number): void {
    const place = this.serving[at % this.serving.length] ?? this.standby;
    const who = [...this.processes.keys()].at(at % Math.max(1, this.processes.size));
    const process = who === undefined ? undefined : this.processes.get(who);
    switch (step.kind) {
      case 'pass':
        this.pass(step.ms);
        break;
      case 'listens':
        this.#listens(place);
        break;
      case 'warms':
        this.#listens(this.standby);
        break;
      case 'dies':
        if (who !== undefined) this.ends(who, step.isFromOutside);
        break;
      case 'sick':
        if (who === undefined || process === undefined || process.place.rules.isStandby) break;
        if (process.place.state.serving?.id === who && process.place.state.serving.sick === undefined)
          this.faults += 1;
        this.send(process.place, { kind: 'sick', id: who, cause: 'event-loop-blocked' });
        break;
      case 'collected':
        if (who !== undefined && process !== undefined)
          this.send(process.place, { kind: 'collected', id: who });
        break;
      case 'renew':
        this.send(place, step);
        break;
      case 'retired':
        this.send(this.standby, { kind: 'retired' });
        break;
      case 'turn':
        if (place.turnsAsked === 0 || place.turnsHeld > 0) break;
        place.turnsAsked -= 1;
        place.turnsHeld += 1;
        this.send(place, { kind: 'granted' });
        break;
      case 'no process':
        this.failingSpawns = step.count;
        break;
      default:
    }
    this.settled();
  }

  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (let times = 0; ; times += 1) {
      assert.ok(times < 10_000, 'time goes on');
      const wakes = this.all.flatMap(({ wakeAtMs }) => wakeAtMs ?? []).filter((atMs) => atMs <= untilMs);
      if (wakes.length === 0) break;
      this.nowMs = Math.max(this.nowMs, Math.min(...wakes));
      for (const place of this.all) {
        if (place.wakeAtMs !== undefined && place.wakeAtMs <= this.nowMs) this.send(place, { kind: 'time' });
      }
      // One that was killed because it was late ends at once.
      for (const [id, { isDismissed, place }] of this.processes)
        if (isDismissed && place.state.starting?.id === id) this.ends(id);
      this.settled();
    }
    this.nowMs = untilMs;
  }

  ends(id: number, isFromOutside: boolean = false): void {
    const process = this.processes.get(id);
    if (process === undefined) return;
    this.processes.delete(id);
    const { place, isDismissed } = process;
    const { serving, starting } = place.state;
    const isFault = (!isDismissed && serving?.sick === undefined) || starting?.id === id;
    if (isFault && !place.rules.isStandby) this.faults += 1;
    this.send(place, {
      kind: 'exited',
      id,
      end: { how: 'ended with exit code 1', cause: 'exit', isFromOutside },
    });
  }

  /** From now on nothing goes wrong. */
  calm(): void {
    this.failingSpawns = 0;
    for (let i = 0; i < 40; i += 1) {
      for (const [id, { place }] of this.processes) this.send(place, { kind: 'collected', id });
      for (const [id, { isDismissed }] of this.processes) if (isDismissed) this.ends(id);
      this.pass(30_000);
      for (const at of [0, 1])
        for (const kind of ['turn', 'listens', 'warms'] as const) this.take({ kind }, at);
    }
  }

  /** A worker that stands by, and could serve at once. */
  #waits(): number | undefined {
    const id = this.standby.state.serving?.id;
    return id !== undefined && this.processes.get(id)?.place === this.standby ? id : undefined;
  }

  #listens(place: Place): void {
    const id = place.state.starting?.id;
    const process = id === undefined ? undefined : this.processes.get(id);
    if (id === undefined || process === undefined || process.isDismissed) return;
    if (place.rules.isStandby) process.isWarm = true;
    else process.isReady = true;
    this.send(place, { kind: 'ready', id });
    if (place.rules.isStandby) for (const each of this.serving) this.send(each, { kind: 'time' });
  }

  #do(place: Place, action: SlotAction): void {
    switch (action.kind) {
      case 'spawn':
        this.#spawn(place);
        break;
      case 'drain':
      case 'kill':
      case 'late': {
        const process = this.processes.get(action.id);
        assert.ok(process?.place === place, "a worker that is to end is this slot's");
        process.isDismissed = true;
        break;
      }
      case 'ask-turn':
        place.turnsAsked += 1;
        break;
      case 'release-turn':
        assert.ok(place.turnsHeld > 0, 'a turn is given back once');
        place.turnsHeld -= 1;
        break;
      case 'counted':
        if (!place.rules.isStandby && action.cause !== 'rolling') this.counted += 1;
        break;
      case 'empty':
        place.isEmptied += 1;
        break;
      default:
    }
  }

  /** As the pool does it: a slot that serves gets the standby, or the one that is on its way. */
  #spawn(place: Place): void {
    assert.ok(place.state.isWanted, 'nothing is started after a stop');
    const { purpose } = place.state.starting ?? {};
    const onItsWay = this.standby.state.starting?.id;
    const id = this.#waits() ?? onItsWay;
    const process = id === undefined ? undefined : this.processes.get(id);
    const isTaken = !place.rules.isStandby && purpose?.kind !== 'renew' && process?.place === this.standby;
    if (isTaken && id !== undefined && !process.isDismissed) {
      process.place = place;
      this.takeovers += 1;
      this.send(this.standby, { kind: 'taken', id, isFromOutside: this.#random() < 0.5 });
      this.send(place, { kind: 'spawned', id, isWarm: process.isWarm });
      return;
    }
    if (this.failingSpawns > 0) {
      this.failingSpawns -= 1;
      if (!place.rules.isStandby) this.faults += 1;
      this.send(place, { kind: 'spawn-failed', problem: 'ENOMEM' });
      return;
    }
    this.#lastId += 1;
    this.processes.set(this.#lastId, { place, isWarm: false, isReady: false, isDismissed: false });
    this.send(place, { kind: 'spawned', id: this.#lastId, isWarm: false });
  }
}
