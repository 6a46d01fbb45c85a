/**
 * Things that happen at times: a binary heap. Those at the same time happen in the order they were put in.
 *
 * Most of a simulation's time is spent here. So the heap is three arrays instead of an array of objects, and `next` leaves the
 * root empty for the event that usually follows from the one it gave: an arrival puts the next arrival, which stays at the top.
 *
 * @example for (let act = schedule.next(); act !== undefined; act = schedule.next()) act(schedule.nowMs);
 */
export class Schedule<Action> {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #actions: Action[] = [];
  #isRootEmpty = false;
  #order = 0;

  /** When the action happens that `next` gave last. */
  nowMs: number = 0;

  put(atMs: number, action: Action): void {
    this.#order += 1;
    if (this.#isRootEmpty) {
      this.#isRootEmpty = false;
      this.#sink(atMs, this.#order, action);
    } else {
      this.#rise(atMs, this.#order, action);
    }
  }

  next(): Action | undefined {
    if (this.#isRootEmpty) this.#fillRoot();
    const first = this.#actions[0];
    if (first === undefined) return undefined;
    this.nowMs = this.#times[0] ?? 0;
    this.#isRootEmpty = true;
    return first;
  }

  /** Moves the last event into the empty root. */
  #fillRoot(): void {
    this.#isRootEmpty = false;
    const atMs = this.#times.pop();
    const order = this.#orders.pop();
    const action = this.#actions.pop();
    if (this.#times.length === 0 || atMs === undefined || order === undefined || action === undefined) return;
    this.#sink(atMs, order, action);
  }

  /** Adds a leaf, and moves it up as far as it belongs. */
  #rise(atMs: number, order: number, action: Action): void {
    const times = this.#times;
    let at = times.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const aboveMs = times[above] as number;
      // It was put in last, so whatever is as early stays before it.
      if (aboveMs <= atMs) break;
      this.#set(at, aboveMs, this.#orders[above] as number, this.#actions[above] as Action);
      at = above;
    }
    this.#set(at, atMs, order, action);
  }

  /** Puts an event at the root, and moves it down as far as it belongs. */
  #sink(atMs: number, order: number, action: Action): void {
    const times = this.#times;
    const orders = this.#orders;
    const { length } = times;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && this.#isBefore(child + 1, child)) child += 1;
      const childMs = times[child] as number;
      const childOrder = orders[child] as number;
      if (childMs === atMs ? childOrder > order : childMs > atMs) break;
      this.#set(at, childMs, childOrder, this.#actions[child] as Action);
      at = child;
    }
    this.#set(at, atMs, order, action);
  }

  #isBefore(one: number, other: number): boolean {
    const oneMs = this.#times[one] as number;
    const otherMs = this.#times[other] as number;
    if (oneMs !== otherMs) return oneMs < otherMs;
    return (this.#orders[one] as number) < (this.#orders[other] as number);
  }

  #set(at: number, atMs: number, order: number, action: Action): void {
    this.#times[at] = atMs;
    this.#orders[at] = order;
    this.#actions[at] = action;
  }
}
