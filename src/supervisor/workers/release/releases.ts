import { isDeepStrictEqual } from 'node:util';
import type { Release } from './release.ts';

/**
 * Which release each slot runs. Only a rolling restart moves a slot to another release; a worker that replaces a dead or sick one
 * runs what its slot runs, wherever the links lead meanwhile.
 */
export class Releases {
  #current: Release;
  #next: Release | undefined;
  /** Slots that the last rolling restart has moved so far. */
  readonly #moved = new Set<number>();

  constructor(first: Release) {
    this.#current = first;
  }

  /** The release that the last successful rolling restart was for, or the first. */
  get current(): Release {
    return this.#current;
  }

  /** Slots that the rolling restart under way, or the last one, has moved to the next release and not back. */
  get moved(): readonly number[] {
    return [...this.#moved];
  }

  /** What a worker of this slot is to run. @param isRenewal It is started for a rolling restart. */
  of(slot: number, isRenewal: boolean): Release {
    return this.#next !== undefined && isRenewal !== this.#moved.has(slot) ? this.#next : this.#current;
  }

  /** A rolling restart begins. @returns Whether it is to another release than the one that runs. */
  begin(next: Release): boolean {
    this.#next = next;
    this.#moved.clear();
    const { file, directory, settings } = this.#current;
    return next.file !== file || next.directory !== directory || !isDeepStrictEqual(next.settings, settings);
  }

  /** A slot has been renewed: to the next release, or back from it. */
  renewed(slot: number): void {
    if (this.#next !== undefined && !this.#moved.delete(slot)) this.#moved.add(slot);
  }

  /** Every slot runs the next release. */
  done(): void {
    this.#current = this.#next ?? this.#current;
    this.#next = undefined;
  }

  /** The release that ran before stays the one for workers to come. */
  takenBack(): void {
    this.#next = undefined;
  }
}
