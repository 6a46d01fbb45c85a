import { RespiteError } from '../core/errors.ts';
import type { Channel, ChannelEnd, ChannelState, CloseReason } from './channel.ts';
import { publishWritability } from './events.ts';
import { callSafely, type Notice, notifySoon } from './user-code.ts';

/** Called with whether the channel is writable now. */
export type WritabilityListener = (isWritable: boolean) => void;

interface Listening {
  readonly listener: WritabilityListener;
  /** What it was told last. */
  told: boolean;
  isOff: boolean;
}

/**
 * The state of a channel, whether it is writable, and the listeners of both. `open` → `ending` → `closed`, or `open` → `closed`; only an open
 * channel becomes writable.
 */
export class Life implements Notice {
  state: ChannelState = 'open';
  isWritable = true;
  readonly #channel: Channel;
  /** Undefined until there is one: a thousand idle channels would hold as many empty sets. */
  #listeners: Set<Listening> | undefined;
  #isDue = false;
  #end: ChannelEnd | undefined;
  #closed: PromiseWithResolvers<ChannelEnd> | undefined;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Made when it is first asked for: most channels are never asked. */
  get closed(): Promise<ChannelEnd> {
    if (this.#closed === undefined) {
      this.#closed = Promise.withResolvers();
      if (this.#end !== undefined) this.#closed.resolve(this.#end);
    }
    return this.#closed.promise;
  }

  /** Answers a write to a channel that is not open. @returns False: what is written to a closed channel is dropped. */
  refuse(): false {
    if (this.state === 'closed') return false;
    throw new RespiteError('RESPITE_BACKPRESSURE_WRITE_AFTER_END', 'write() after end()');
  }

  /** @returns Removes the listener. */
  listen(listener: WritabilityListener): () => void {
    if (this.state === 'closed') return () => {};
    const listening: Listening = { listener, told: this.isWritable, isOff: false };
    const listeners = (this.#listeners ??= new Set());
    listeners.add(listening);
    return () => {
      listening.isOff = true;
      listeners.delete(listening);
    };
  }

  /** @returns Whether that is a change. An ending or closed channel never becomes writable. */
  setWritable(isWritable: boolean): boolean {
    if (this.state !== 'open' || isWritable === this.isWritable) return false;
    this.#change(isWritable);
    return true;
  }

  /** Nothing more may be written. @returns Whether the channel was open. */
  end(): boolean {
    if (this.state !== 'open') return false;
    this.state = 'ending';
    if (this.isWritable) this.#change(false);
    return true;
  }

  /** @returns Whether the channel was not closed before. */
  close(reason: CloseReason, droppedBytes: number, error: unknown): boolean {
    if (this.state === 'closed') return false;
    this.state = 'closed';
    const end = error === undefined ? { reason, droppedBytes } : { reason, droppedBytes, error };
    this.#end = end;
    this.#change(false);
    this.#closed?.resolve(end);
    return true;
  }

  deliver(): void {
    this.#isDue = false;
    if (this.#listeners === undefined) return;
    // What a listener changes is told in a round of its own.
    const isLast = this.state === 'closed';
    for (const listening of this.#listeners) {
      const { isWritable } = this;
      if (listening.isOff || (isWritable === listening.told && !isLast)) continue;
      listening.told = isWritable;
      callSafely(() => listening.listener(isWritable));
    }
    if (isLast) this.#listeners = undefined;
  }

  #change(isWritable: boolean): void {
    this.isWritable = isWritable;
    publishWritability(this.#channel, isWritable);
    if (this.#listeners === undefined || this.#isDue) return;
    this.#isDue = true;
    notifySoon(this);
  }
}
