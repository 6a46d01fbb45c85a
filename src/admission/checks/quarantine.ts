import type { RequestInFlight } from '../in-flight/request.ts';
import type { Quarantine } from '../quarantine/quarantine.ts';
import type { Check } from './check.ts';

/** Sheds requests like those that have ended several workers; see docs/design/quarantine.md. Looks at nothing while there are none. */
export class QuarantineCheck implements Check {
  readonly reason = 'quarantine';
  readonly #quarantine: Quarantine;
  readonly #wouldShed: (request: RequestInFlight) => void;

  /** @param wouldShed Called with requests that are let through because of the dry run. */
  constructor(quarantine: Quarantine, wouldShed: (request: RequestInFlight) => void) {
    this.#quarantine = quarantine;
    this.#wouldShed = wouldShed;
  }

  admits(request: RequestInFlight): boolean {
    if (!this.#quarantine.isActive || request.isDecided || this.#quarantine.admits(request)) return true;
    if (!this.#quarantine.isDryRun) return false;
    this.#wouldShed(request);
    return true;
  }

  admitted(request: RequestInFlight): void {
    if (this.#quarantine.isActive && !request.isDecided) this.#quarantine.admitted(request);
  }

  released(request: RequestInFlight): void {
    if (request.fingerprint !== undefined) this.#quarantine.ended(request);
  }
}
