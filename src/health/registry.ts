import { RespiteError } from '../core/errors.ts';
import { type IndicatorReport, publishHealth } from '../core/health-link.ts';
import { CLOCK, type Clock } from './clock.ts';
import { Indicator } from './indicator.ts';
import { type IndicatorOptions, resolveIndicatorOptions, type ResolvedIndicatorOptions } from './options.ts';
import { type GroupHealth, groupHealth } from './group.ts';

/** Indicators by name, each checked in the background; a caller gets what was found last, at once. */
export class HealthRegistry {
  readonly #clock: Clock;
  readonly #onChecked: (registry: HealthRegistry) => void;
  readonly #indicators = new Map<string, Indicator>();

  /**
   * A registry of your own, whose results reach no management port. Most servers use {@link health}.
   *
   * @param onChecked Called after each check, with the registry. Default: nothing.
   * @param clock Time and timers, for tests. Default: those of Node.js.
   */
  constructor(onChecked: (registry: HealthRegistry) => void = () => {}, clock: Clock = CLOCK) {
    this.#onChecked = onChecked;
    this.#clock = clock;
  }

  /**
   * Checks something from now on, the first time at once.
   *
   * @returns Ends that, and takes it away.
   * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` for options that break a rule, such as a check of something outside
   *   in the group `live`, and for a name that is taken.
   */
  add(name: string, options: IndicatorOptions): () => void {
    return this.addResolved(name, resolveIndicatorOptions(name, options));
  }

  /** @internal The same with options that have been resolved before. */
  addResolved(name: string, options: ResolvedIndicatorOptions): () => void {
    if (this.#indicators.has(name)) {
      throw new RespiteError(
        'RESPITE_OPTIONS_INVALID',
        `health indicator ${JSON.stringify(name)} is registered already`,
      );
    }
    const indicator = new Indicator(name, options, this.#clock, () => this.#tell());
    this.#indicators.set(name, indicator);
    indicator.start();
    // Unknown, until it has been checked: better than not to be seen.
    this.#tell();
    return () => {
      if (this.#indicators.get(name) !== indicator) return;
      this.#indicators.delete(name);
      void indicator.stop();
      this.#tell();
    };
  }

  /** What was found last, of each. */
  reports(): readonly IndicatorReport[] {
    return [...this.#indicators.values()].map((indicator) => indicator.report());
  }

  /** One group, or all; in the shape of Spring Boot Actuator, with details: not for strangers. */
  read(group?: string): GroupHealth {
    return groupHealth(this.reports(), group, true);
  }

  /** Ends and takes away all of them. */
  clear(): void {
    void this.close();
  }

  /** The same. Resolves when every check has closed what it kept open. Never rejects. */
  async close(): Promise<void> {
    const all = [...this.#indicators.values()];
    this.#indicators.clear();
    const stopping = all.map(async (indicator) => indicator.stop());
    this.#tell();
    await Promise.all(stopping);
  }

  /** The callback is user code: a check must not fail because of it. */
  #tell(): void {
    try {
      this.#onChecked(this);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }
}

/**
 * The registry of this process. Under `respite run` the management port shows its results beside those of the other workers.
 *
 * @example
 * ```ts
 * import pg from 'pg';
 * import { health, postgres } from 'respite/health';
 *
 * health.add('postgres', { check: postgres(new pg.Pool()), groups: ['ready'] });
 * ```
 */
export const health: HealthRegistry = new HealthRegistry((registry) =>
  publishHealth(registry, registry.reports()),
);
