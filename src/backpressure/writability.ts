import type { Channel } from './channel.ts';
import { publishWritability } from './events.ts';

/** Called with whether the channel is writable now. */
export type WritabilityListener = (isWritable: boolean) => void;

/** Whether a channel is writable, and who wants to know. */
export class Writability {
  isWritable = true;
  /** Undefined until there is one: a thousand idle channels would hold as many empty sets. */
  #listeners: Set<WritabilityListener> | undefined;

  /** @returns Takes the listener off again. */
  listen(listener: WritabilityListener): () => void {
    const listeners = (this.#listeners ??= new Set());
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** Tells everybody. */
  set(channel: Channel, isWritable: boolean): void {
    this.isWritable = isWritable;
    publishWritability(channel, isWritable);
    if (this.#listeners === undefined) return;
    for (const listener of this.#listeners) listener(isWritable);
  }

  close(channel: Channel): void {
    this.set(channel, false);
    this.#listeners?.clear();
  }
}
