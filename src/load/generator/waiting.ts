import type { Exchange } from './exchange.ts';

/** Refused requests that wait for their next attempt, the earliest first (a binary heap). */
export class Waiting {
  readonly #heap: Exchange[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** When the first one is to be sent; Infinity without any. */
  get firstMs(): number {
    return this.#heap[0]?.startedMs ?? Infinity;
  }

  add(exchange: Exchange): void {
    const heap = this.#heap;
    let at = heap.push(exchange) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && this.#swapIfEarlier(at, parent); parent = (at - 1) >> 1)
      at = parent;
  }

  take(): Exchange | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    heap[0] = last;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const earlier = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (earlier >= heap.length || !this.#swapIfEarlier(earlier, at)) return first;
      at = earlier;
    }
  }

  #at(index: number): number {
    return this.#heap[index]?.startedMs ?? Infinity;
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    const [below, above] = [this.#heap[child], this.#heap[parent]];
    if (below === undefined || above === undefined || below.startedMs >= above.startedMs) return false;
    this.#heap[child] = above;
    this.#heap[parent] = below;
    return true;
  }
}
