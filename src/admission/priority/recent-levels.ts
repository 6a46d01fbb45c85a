import { CLASSES, classOf, LEVELS } from './level.ts';

/** Requests that make up the distribution; Cinnamon and failsafe-go keep 1000, this is the next power of two. */
const WINDOW = 1024;

/** The levels of the most recent requests, counted by level. */
export class RecentLevels {
  readonly #ring = new Uint16Array(WINDOW);
  readonly #counts = new Uint16Array(LEVELS);
  readonly #ofClass = new Uint16Array(CLASSES);
  #next = 0;
  #size = 0;

  /** Requests of more than one class. */
  get hasClasses(): boolean {
    let classes = 0;
    for (const count of this.#ofClass) if (count > 0) classes += 1;
    return classes > 1;
  }

  add(level: number): void {
    if (this.#size === WINDOW) this.#count(this.#ring[this.#next] ?? 0, -1);
    else this.#size += 1;
    this.#ring[this.#next] = level;
    this.#count(level, 1);
    this.#next = (this.#next + 1) % WINDOW;
  }

  /**
   * The threshold that refuses `share` (0 to 1) of requests like the recent ones. Its whole part is a level: those below
   * are admitted, those above refused, and of those at it the fractional part is admitted. {@link LEVELS} admits all.
   */
  threshold(share: number): number {
    // Ten times a second, most often for nothing: a worker at rest would have V8 optimize the loop, which takes 5 MB.
    if (share === 0) return LEVELS;
    let admitted = (1 - share) * this.#size;
    for (let level = 0; level < LEVELS; level += 1) {
      const count = this.#counts[level] ?? 0;
      if (count > admitted) return level + admitted / count;
      admitted -= count;
    }
    return LEVELS;
  }

  /** Share of the recent requests, 0 to 1, at this level and those after it. */
  shareFrom(level: number): number {
    let count = 0;
    for (let i = level; i < LEVELS; i += 1) count += this.#counts[i] ?? 0;
    return this.#size === 0 ? 1 : count / this.#size;
  }

  #count(level: number, by: number): void {
    const rank = classOf(level);
    this.#counts[level] = (this.#counts[level] ?? 0) + by;
    this.#ofClass[rank] = (this.#ofClass[rank] ?? 0) + by;
  }
}
