// A request as the limit sees it, without an answer of its own.
import type { Counted, Place, Stage } from './roster.ts';

export class FakeCounted implements Counted {
  older: Counted | undefined;
  younger: Counted | undefined;
  place: Place = 'queue';
  readonly arrivedMs: number;
  readonly #stage: Stage;

  constructor(arrivedMs: number, stage: Stage) {
    this.arrivedMs = arrivedMs;
    this.#stage = stage;
  }

  stage(): Stage {
    return this.#stage;
  }

  moveTo(place: Place): void {
    this.place = place;
  }
}
