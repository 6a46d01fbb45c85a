import type { LoadSecond } from '../contract.ts';
import type { Stage } from './contract.ts';
import { type DatedSecond, goodputOf } from './goodput.ts';

/** Maximum duration, in ms. The load is ended when its drill is. */
const MAX_DURATION_MS = 900_000;

/** The generator shares the machine with a server that is broken on purpose: its figures count what was served, not microseconds. */
export const MAX_LAG_MS = 10_000;

/** The requests that go on while a drill runs. */
export class SteadyLoad {
  readonly startedMs: number = Date.now();
  readonly #end = new AbortController();
  readonly #ended: Promise<readonly LoadSecond[]>;
  #seconds: readonly DatedSecond[] = [];

  constructor({ load, site }: Pick<Stage, 'load' | 'site'>) {
    this.#ended = load({
      url: site.url,
      ...(site.like === undefined ? { rate: site.rate } : { like: site.like }),
      durationMs: MAX_DURATION_MS,
      maxLagMs: MAX_LAG_MS,
      // A test server's certificate is its own.
      insecure: true,
      signal: this.#end.signal,
      onProgress: (second) => (this.#seconds = [...this.#seconds, this.#dated(second)]),
    }).then(({ seconds }) => seconds);
    // `stop` rejects with it.
    this.#ended.catch(() => {});
  }

  /** Share of the requests of a time that were served in time; undefined when none is known. */
  goodput(fromMs: number, toMs: number): number | undefined {
    return goodputOf(this.#seconds, fromMs, toMs);
  }

  /** @returns Every second. Rejects when the server could not be reached at all. */
  async stop(): Promise<readonly LoadSecond[]> {
    this.#end.abort();
    const seconds = await this.#ended;
    this.#seconds = seconds.map((second) => this.#dated(second));
    return seconds;
  }

  #dated({ atMs, offered, good }: LoadSecond): DatedSecond {
    return { startMs: this.startedMs + atMs, offered, good };
  }
}
