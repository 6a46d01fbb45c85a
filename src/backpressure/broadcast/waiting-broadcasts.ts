import type { Channel } from '../channel.ts';
import type { Chunk } from '../chunks.ts';
import { publishDrop } from '../events.ts';
import { processLedger } from '../ledger.ts';
import { Backlog, type Dropped } from './backlog.ts';
import type { ResolvedOverflowOptions } from './options.ts';

/** Broadcasts that one channel has to write once its peer has caught up. What is dropped of them is counted and published. */
export class WaitingBroadcasts {
  readonly #channel: Channel;
  readonly #backlog: Backlog;

  constructor(channel: Channel, { maxBytes }: ResolvedOverflowOptions) {
    this.#channel = channel;
    this.#backlog = new Backlog(maxBytes);
  }

  get isEmpty(): boolean {
    return this.#backlog.isEmpty;
  }

  /** @param key Replaces a waiting one with the same key; undefined replaces none. */
  keep(message: Chunk, bytes: number, key: string | undefined): void {
    this.#dropped(this.#backlog.push(message, bytes, key));
  }

  /** Takes the oldest one out. */
  shift(): Chunk | undefined {
    return this.#backlog.shift();
  }

  /** The channel is closed. */
  drop(): void {
    this.#dropped(this.#backlog.clear());
  }

  #dropped({ messages, bytes }: Dropped): void {
    if (messages === 0) return;
    processLedger().dropped(messages);
    publishDrop(this.#channel, messages, bytes);
  }
}
