/** Things that happen at times: a binary heap. Those at the same time happen in the order they were put in. */
export class Schedule<Action> {
  readonly #heap: { readonly atMs: number; readonly order: number; readonly action: Action }[] = [];
  #order = 0;

  put(atMs: number, action: Action): void {
    const heap = this.#heap;
    const entry = { atMs, order: (this.#order += 1), action };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !before(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  next(): { readonly atMs: number; readonly action: Action } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const child = right !== undefined && left !== undefined && before(right, left) ? right : left;
      if (child === undefined || before(last, child)) break;
      heap[at] = child;
      at = child === left ? 2 * at + 1 : 2 * at + 2;
    }
    heap[at] = last;
    return first;
  }
}

function before(
  one: { readonly atMs: number; readonly order: number },
  other: { readonly atMs: number; readonly order: number },
): boolean {
  return one.atMs === other.atMs ? one.order < other.order : one.atMs < other.atMs;
}
