import { AsyncLocalStorage } from 'node:async_hooks';
import type { SocketKey } from '../protocol.ts';

/**
 * A `listen()` that waits for the supervisor's answer, because the address is taken: perhaps by a socket that is held. What follows has the
 * asynchronous context of that call, not of the answer.
 */
interface Claim {
  /** Copies have arrived. */
  readonly granted: () => void;
  /** It is not held. @param isAbandoned The file of a Unix socket is there, and no program listens. */
  readonly refused: (isAbandoned: boolean) => void;
}

export class Claims {
  readonly #claims = new Map<SocketKey, { readonly claim: Claim; readonly keepAlive: NodeJS.Timeout }[]>();

  add(key: SocketKey, claim: Claim): void {
    // The channel to the supervisor alone does not keep the process alive, and a failed `listen()` has to be reported.
    const keepAlive = setInterval(() => {}, 1000);
    const inContext = AsyncLocalStorage.snapshot();
    const answered: Claim = {
      granted: () => inContext(claim.granted),
      refused: (isAbandoned) => inContext(claim.refused, isAbandoned),
    };
    this.#claims.set(key, [...(this.#claims.get(key) ?? []), { claim: answered, keepAlive }]);
  }

  /** The oldest for this socket, which is answered now. */
  take(key: SocketKey): Claim | undefined {
    const oldest = this.#claims.get(key)?.shift();
    clearInterval(oldest?.keepAlive);
    return oldest?.claim;
  }
}
