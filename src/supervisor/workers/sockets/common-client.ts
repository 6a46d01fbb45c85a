import type { Log } from '../../log.ts';

/** Connections that are looked at together. */
const WINDOW = 1000;

/** The part of them that has to be one client's for a proxy. */
const SHARE = 0.9;

/** Notices that nearly all connections come from one address, as they do behind a proxy: sticky sessions then load one slot. Warns once. */
export class CommonClient {
  readonly #log: Pick<Log, 'warn'>;
  readonly #counts = new Map<string, number>();
  #seen = 0;
  #hasWarned = false;

  constructor(log: Pick<Log, 'warn'>) {
    this.#log = log;
  }

  /** @param slot Where its connections go. */
  saw(client: string, slot: () => number | undefined): void {
    if (this.#hasWarned) return;
    const count = (this.#counts.get(client) ?? 0) + 1;
    this.#counts.set(client, count);
    this.#seen += 1;
    if (count >= SHARE * WINDOW) {
      this.#hasWarned = true;
      this.#counts.clear();
      this.#log.warn(
        { client, slot: slot() },
        `nearly all connections come from ${client}: if that is a proxy, sticky sessions send all its clients to slot ${slot() ?? '?'}; let the proxy choose the worker instead (guide "WebSockets and sticky sessions")`,
      );
    } else if (this.#seen >= WINDOW) {
      this.#seen = 0;
      this.#counts.clear();
    }
  }
}
