const HOUR_MS = 3_600_000;
const HOURS = 24;

/** The busiest minute of the last 24 hours, to the hour. */
export class Peak {
  /** By the hour: its number since 1970, and its highest rate. */
  #hours: readonly { readonly hour: number; readonly rps: number }[] = [];

  /** @param rps What clients asked for a second, of the last minute. */
  add(nowMs: number, rps: number): void {
    const hour = Math.floor(nowMs / HOUR_MS);
    const highest = Math.max(rps, this.#hours.find((each) => each.hour === hour)?.rps ?? 0);
    const others = this.#hours.filter(
      (each) => each.hour !== hour && each.hour > hour - HOURS && each.hour < hour,
    );
    this.#hours = [...others, { hour, rps: highest }];
  }

  /** Undefined before the first minute. */
  get rps(): number | undefined {
    return this.#hours.length === 0 ? undefined : Math.max(...this.#hours.map(({ rps }) => rps));
  }
}
