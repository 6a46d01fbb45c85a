import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { delayOf, slicesOf, type Toxics } from './toxics.ts';

/** Maximum number of bytes that wait in a link, as in a network: more is not read. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** Bytes that are sent at once under a limit of the bandwidth. A tenth of a second's worth, but no more than this. */
const MAX_PIECE_BYTES = 16 * 1024;

/** How soon data that is delayed goes on when the delay is removed, in ms. */
const LOOK_EVERY_MS = 100;

interface Waiting {
  readonly chunk: Buffer;
  readonly arrivedMs: number;
}

/** One direction of a connection: passes on what it reads, as the toxics of the direction have it. */
export class Link {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #toxics: Toxics;
  readonly #random: () => number;
  readonly #waiting: Waiting[] = [];
  readonly #closed = new AbortController();
  #waitingBytes = 0;
  #passedBytes = 0;
  #hasEnded = false;
  #arrived = Promise.withResolvers<void>();

  constructor(from: Socket, to: Socket, toxics: Toxics, random: () => number) {
    this.#from = from;
    this.#to = to;
    this.#toxics = toxics;
    this.#random = random;
    from.on('data', (chunk: Buffer) => {
      this.#waiting.push({ chunk, arrivedMs: performance.now() });
      this.#waitingBytes += chunk.length;
      if (this.#waitingBytes > MAX_WAITING_BYTES) from.pause();
      this.#arrived.resolve();
    });
    from.once('end', () => {
      this.#hasEnded = true;
      this.#arrived.resolve();
    });
    for (const end of [from, to]) end.once('close', () => this.#closed.abort());
  }

  /** Resolves when everything has been passed on, or the connection is closed. Never rejects. */
  async run(): Promise<void> {
    this.#cutWhileIdle().catch(() => {});
    try {
      for (;;) {
        const next = this.#waiting.shift();
        if (next !== undefined) await this.#pass(next);
        else if (this.#hasEnded) return await this.#end();
        else await this.#orClosed(this.#nextArrival());
      }
    } catch {
      // The connection is closed.
    }
  }

  async #pass({ chunk, arrivedMs }: Waiting): Promise<void> {
    this.#waitingBytes -= chunk.length;
    if (this.#waitingBytes <= MAX_WAITING_BYTES) this.#from.resume();
    await this.#whileCut();
    const latency = this.#toxics.get('latency');
    if (latency !== undefined) {
      const untilMs = arrivedMs + delayOf(latency, this.#random());
      // What waits goes on when the toxic is removed.
      while (performance.now() < untilMs && this.#toxics.get('latency') === latency)
        await this.#sleep(Math.min(LOOK_EVERY_MS, untilMs - performance.now()));
    }
    const slicer = this.#toxics.get('slicer');
    const pieces = slicer === undefined ? [chunk] : slicesOf(chunk, slicer, this.#random);
    for (const piece of pieces) {
      await this.#passAtRate(piece);
      if (slicer?.delayMs !== undefined) await this.#sleep(slicer.delayMs);
    }
  }

  async #passAtRate(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      const bytesPerSecond = this.#toxics.get('bandwidth')?.bytesPerSecond;
      const most =
        bytesPerSecond === undefined ? chunk.length : Math.min(MAX_PIECE_BYTES, bytesPerSecond / 10);
      const piece = chunk.subarray(at, at + Math.max(1, Math.floor(most)));
      if (bytesPerSecond !== undefined) await this.#sleep((1000 * piece.length) / bytesPerSecond);
      await this.#write(piece);
      at += piece.length;
    }
  }

  async #write(piece: Buffer): Promise<void> {
    const left = (this.#toxics.get('limit_data')?.bytes ?? Infinity) - this.#passedBytes;
    const allowed = piece.length > left ? piece.subarray(0, Math.max(0, left)) : piece;
    this.#passedBytes += allowed.length;
    if (allowed.length > 0 && !this.#to.write(allowed))
      await once(this.#to, 'drain', { signal: this.#closed.signal });
    if (allowed.length === piece.length) return;
    this.#to.end();
    this.#from.destroy();
    throw new Error('the limit of data is reached');
  }

  /** While a toxic stops all data. */
  async #whileCut(): Promise<void> {
    for (;;) {
      const reset = this.#toxics.get('reset_peer');
      const timeout = this.#toxics.get('timeout');
      const cut = reset ?? timeout;
      if (cut === undefined) return;
      const { changed } = this.#toxics;
      if (cut.kind === 'timeout' && cut.timeoutMs === 0) await this.#orClosed(changed);
      else {
        await Promise.race([this.#sleep(cut.timeoutMs), changed]);
        if (this.#toxics.get(cut.kind) !== cut) continue;
        for (const end of [this.#from, this.#to]) {
          if (cut.kind === 'reset_peer') end.resetAndDestroy();
          else end.destroy();
        }
        throw new Error('the connection is cut');
      }
    }
  }

  async #end(): Promise<void> {
    const { delayMs = 0 } = this.#toxics.get('slow_close') ?? {};
    if (delayMs > 0) await this.#sleep(delayMs);
    this.#to.end();
  }

  async #nextArrival(): Promise<void> {
    this.#arrived = Promise.withResolvers();
    if (this.#waiting.length > 0 || this.#hasEnded) return;
    await this.#arrived.promise;
  }

  /** A connection on which nothing is sent is cut as well. */
  async #cutWhileIdle(): Promise<void> {
    for (;;) {
      await this.#whileCut();
      await this.#orClosed(this.#toxics.changed);
    }
  }

  async #sleep(ms: number): Promise<void> {
    if (ms > 0) await delay(ms, undefined, { signal: this.#closed.signal });
  }

  /** Rejects when the connection is closed first. */
  async #orClosed(what: Promise<void>): Promise<void> {
    const { signal } = this.#closed;
    signal.throwIfAborted();
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => reject(new Error('the connection is closed'));
    signal.addEventListener('abort', onAbort, { once: true });
    await Promise.race([what, promise]).finally(() => signal.removeEventListener('abort', onAbort));
  }
}
