import type { SocketKey } from '../../../worker/index.ts';

/**
 * Which sockets the workers of each slot listen on. They need not be the same: a script may listen on a port of its own in each worker
 * (`9100 + Number(process.env.RESPITE_WORKER)`), where only the next worker of that slot will listen.
 */
export class SlotSockets {
  /** By slot and socket, the worker that listened on it last. */
  readonly #slots = new Map<number, Map<SocketKey, number>>();

  listens({ slot, id }: { readonly slot: number; readonly id: number }, key: SocketKey): void {
    const sockets = this.#slots.get(slot) ?? new Map<SocketKey, number>();
    this.#slots.set(slot, sockets.set(key, id));
  }

  /** The script has closed its server. What a worker closes after its successor listens there says nothing. */
  closed({ slot, id }: { readonly slot: number; readonly id: number }, key: SocketKey): void {
    const sockets = this.#slots.get(slot);
    if (sockets?.get(key) === id) sockets.delete(key);
  }

  /** It is not held any more: if a worker of another slot has one like it later, that is none of this slot's. */
  released(key: SocketKey): void {
    for (const sockets of this.#slots.values()) sockets.delete(key);
  }

  /** Of the sockets that are held, those that the next worker of a slot is to listen on; all for a slot of which nothing is known. */
  expected(slot: number, held: readonly SocketKey[]): readonly SocketKey[] {
    const sockets = this.#slots.get(slot);
    const own = held.filter((key) => sockets?.has(key));
    return own.length === 0 ? held : own;
  }
}
