import { setFlagsFromString } from 'node:v8';

/**
 * By how much V8 may let its heap grow between two major collections while memory is short, in percent. V8 itself takes 10 to 300. With 30
 * the broadcast of `npm run test:broadcast` peaked at 167 MB, with 20 at 161, with 10 at 160.
 */
const CONSERVATIVE_PERCENT = 20;

/** 0 leaves the growth to V8. */
const BY_V8 = 0;

const FLAG = '--heap-growing-percent';

/** Budgets for which memory is short. The flag is the process's, and has no other owner. */
const short = new Set<HeapGrowth>();

/** Share of the budget's limit by which the process may have grown before memory counts as short. */
const SHORT_SHARE = 0.25;

/**
 * Has V8 collect the old generation earlier while the process has grown by a quarter of the write budget. What a broadcast has sent stays
 * until its slowest reader has it, which is longer than V8's young generation keeps anything. So most of it is garbage of the old
 * generation, outside of the heap, for which V8 doesn't hurry: up to 64 MB of it.
 */
export class HeapGrowth {
  readonly #limitBytes: number;
  readonly #setFlag: (flag: string) => void;
  #lowestRssBytes = Infinity;

  constructor(limitBytes: number, setFlag: (flag: string) => void = setFlagsFromString) {
    this.#limitBytes = limitBytes;
    // A growth that the user has chosen stays.
    this.#setFlag = process.execArgv.some((argument) => /^--heap[-_]growing[-_]percent/.test(argument))
      ? () => {}
      : setFlag;
  }

  look(rssBytes: number): void {
    this.#lowestRssBytes = Math.min(this.#lowestRssBytes, rssBytes);
    this.#grow(rssBytes - this.#lowestRssBytes > this.#limitBytes * SHORT_SHARE);
  }

  /** There is no broadcast any more. */
  end(): void {
    this.#lowestRssBytes = Infinity;
    this.#grow(false);
  }

  #grow(isConservative: boolean): void {
    if (isConservative === short.has(this)) return;
    const wasConservative = short.size > 0;
    if (isConservative) short.add(this);
    else short.delete(this);
    if (wasConservative !== short.size > 0)
      this.#setFlag(`${FLAG}=${isConservative ? CONSERVATIVE_PERCENT : BY_V8}`);
  }
}
