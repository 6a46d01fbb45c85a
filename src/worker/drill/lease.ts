import { existsSync, rmSync } from 'node:fs';

/** How often a worker looks whether the lease still holds, in ms. Reverting a fault takes that long at most. */
const LOOK_EVERY_MS = 100;

/** Maximum duration of a fault, in ms, whatever the supervisor says. */
const MAX_DURATION_MS = 300_000;

/**
 * How long an injected fault lasts: until the supervisor removes a file, until the supervisor is gone, or until the maximum duration has
 * passed. A file, since a worker whose event loop is blocked receives no message.
 */
export class Lease {
  readonly #file: string;
  readonly #supervisorPid = process.ppid;
  readonly #endsMs = performance.now() + MAX_DURATION_MS;

  constructor(file: string) {
    this.#file = file;
  }

  get isHeld(): boolean {
    if (process.ppid !== this.#supervisorPid) {
      // Nothing else removes it now.
      rmSync(this.#file, { force: true });
      return false;
    }
    return performance.now() < this.#endsMs && existsSync(this.#file);
  }

  /** Calls back once, when the lease has ended. */
  whenOver(revert: () => void): void {
    const timer = setInterval(() => {
      if (this.isHeld) return;
      clearInterval(timer);
      revert();
    }, LOOK_EVERY_MS).unref();
  }
}
