// A transport for tests that takes what it is told to take.
import assert from 'node:assert/strict';
import { BoundedChannel } from './bounded-channel.ts';
import type { Chunk } from './chunks.ts';
import { type ChannelOptions, resolveChannelOptions } from './options.ts';
import type { Transport, TransportEvents } from './transport.ts';

/** Takes at once what fits its window; the rest when `open()` is called. */
export class FakeTransport implements Transport {
  readonly joins = true;
  readonly releases = true;
  readonly fd = -1;
  readonly received: Buffer[] = [];
  readonly sizes: number[] = [];
  events: TransportEvents | undefined;
  isOpen = true;
  isPaused = false;
  isReading = true;
  isEnded = false;
  windowBytes = 0;
  #waiting: readonly Chunk[] = [];

  get unsentBytes(): number {
    return lengthOf(this.#waiting);
  }

  send(chunks: readonly Chunk[]): boolean {
    assert.equal(this.#waiting.length, 0, 'one slice at a time');
    const bytes = lengthOf(chunks);
    this.sizes.push(bytes);
    if (bytes <= this.windowBytes) {
      this.windowBytes -= bytes;
      this.#receive(chunks);
      return true;
    }
    this.#waiting = [...chunks];
    return false;
  }

  open(bytes: number): void {
    this.windowBytes += bytes;
    const waiting = this.#waiting;
    if (waiting.length === 0 || lengthOf(waiting) > this.windowBytes) return;
    this.windowBytes -= lengthOf(waiting);
    this.#receive(waiting);
    this.#waiting = [];
    this.events?.onTaken();
  }

  end(): void {
    this.isEnded = true;
  }

  destroy(): void {
    this.isOpen = false;
  }

  pause(): boolean {
    if (!this.isReading) return false;
    this.isPaused = true;
    return true;
  }

  resume(): void {
    this.isPaused = false;
  }

  /** Copies, as the kernel does: what is done to the memory afterwards must not matter. */
  #receive(chunks: readonly Chunk[]): void {
    for (const chunk of chunks) this.received.push(Buffer.from(chunk));
  }
}

export function lengthOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

export function open(
  options: ChannelOptions = {},
  windowBytes = 0,
): { channel: BoundedChannel; transport: FakeTransport } {
  const transport = new FakeTransport();
  transport.windowBytes = windowBytes;
  const channel = new BoundedChannel(resolveChannelOptions({ slowPeer: false, ...options }), (events) => {
    transport.events = events;
    return transport;
  });
  return { channel, transport };
}
