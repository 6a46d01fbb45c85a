import type { Transport } from './transport.ts';
import { callSafely } from './user-code.ts';

/** Stops reading from a peer that does not take what it is sent. A stream emits `pause` and `resume` at once, to the user's listeners. */
export class ReadPause {
  readonly #transport: Transport;
  #isOn = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  set(isCongested: boolean): void {
    if (isCongested === this.#isOn) return;
    if (isCongested) callSafely(() => (this.#isOn = this.#transport.pause()));
    else {
      this.#isOn = false;
      callSafely(() => this.#transport.resume());
    }
  }
}
