import { setTimeout as delay } from 'node:timers/promises';
import type { ToSupervisor } from './protocol.ts';
import type * as ScriptMetrics from './script-metrics/index.ts';

/** How long the end of a worker may be held up by its last answer, in ms. */
const LAST_ANSWER_MS = 1000;

/** Answers what the supervisor asks about the script's own metrics. A worker that is never asked loads nothing for it. */
export class AskedMetrics {
  readonly #load: () => typeof ScriptMetrics;
  readonly #tell: (message: ToSupervisor) => void;
  #wasAsked = false;

  /** @param load Loads the module of the script's metrics. */
  constructor(load: () => typeof ScriptMetrics, tell: (message: ToSupervisor) => void) {
    this.#load = load;
    this.#tell = tell;
  }

  ask(): void {
    this.#wasAsked = true;
    void this.#answer();
  }

  /** What was counted since the last question is not lost with a worker that ends in order. */
  async tellLast(): Promise<void> {
    if (this.#wasAsked)
      await Promise.race([this.#answer(), delay(LAST_ANSWER_MS, undefined, { ref: false })]);
  }

  async #answer(): Promise<void> {
    try {
      await this.#load().answerMetrics(this.#tell);
    } catch (error) {
      // The package is being replaced.
      this.#tell({ kind: 'script-metrics', families: [], leftOut: 0, problem: String(error) });
    }
  }
}
