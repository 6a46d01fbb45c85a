import type { SocketKey } from '../../../worker/index.ts';

interface Listener {
  readonly id: number;
  /** By which its script tells itself from the others. */
  readonly identity: number;
}

/**
 * Which sockets the workers of each identity listen on. They need not be the same: a script may listen on a port of its own in each worker
 * (`9100 + Number(process.env.RESPITE_WORKER)`), where only the next worker of that identity will listen.
 */
export class IdentitySockets {
  /** By identity and socket, the worker that listened on it last. */
  readonly #identities = new Map<number, Map<SocketKey, number>>();

  listens({ identity, id }: Listener, key: SocketKey): void {
    const sockets = this.#identities.get(identity) ?? new Map<SocketKey, number>();
    this.#identities.set(identity, sockets.set(key, id));
  }

  /** The script has closed its server. What a worker closes after its successor listens there says nothing. */
  closed({ identity, id }: Listener, key: SocketKey): void {
    const sockets = this.#identities.get(identity);
    if (sockets?.get(key) === id) sockets.delete(key);
  }

  /** It is not held any more: if a worker of another identity has one like it later, that is none of this one's. */
  released(key: SocketKey): void {
    for (const sockets of this.#identities.values()) sockets.delete(key);
  }

  /** Of the sockets that are held, those that the next worker of an identity is to listen on; all for one of which nothing is known. */
  expected(identity: number, held: readonly SocketKey[]): readonly SocketKey[] {
    const sockets = this.#identities.get(identity);
    const own = held.filter((key) => sockets?.has(key));
    return own.length === 0 ? held : own;
  }
}
