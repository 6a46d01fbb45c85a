// Everything that can be wrong with a network, in the words of toxiproxy.

/** Which way data goes: `upstream` from the client to the server, `downstream` back to the client. */
export type Direction = 'upstream' | 'downstream';

/** A fault of the network. */
export type Toxic =
  /** Delays all data. */
  | { readonly kind: 'latency'; readonly latencyMs: number; readonly jitterMs?: number | undefined }
  /** Bounds the throughput. */
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  /** Delays the end of the connection. */
  | { readonly kind: 'slow_close'; readonly delayMs: number }
  /** Stops all data, and closes the connection after a time; with 0 it stays open until the toxic is removed. */
  | { readonly kind: 'timeout'; readonly timeoutMs: number }
  /** Ends the connection with a reset. */
  | { readonly kind: 'reset_peer'; readonly timeoutMs: number }
  /** Sends data in small pieces. */
  | {
      readonly kind: 'slicer';
      readonly averageBytes: number;
      readonly variationBytes?: number | undefined;
      readonly delayMs?: number | undefined;
    }
  /** Closes the connection after this much data. */
  | { readonly kind: 'limit_data'; readonly bytes: number }
  /** Refuses connections, and ends those that are open. */
  | { readonly kind: 'down' };

export type ToxicKind = Toxic['kind'];

/** The toxics of one direction, at most one of each kind. */
export class Toxics {
  readonly #byKind = new Map<ToxicKind, Toxic>();
  #changed = Promise.withResolvers<void>();

  get<Kind extends ToxicKind>(kind: Kind): Extract<Toxic, { kind: Kind }> | undefined {
    return this.#byKind.get(kind) as Extract<Toxic, { kind: Kind }> | undefined;
  }

  /** Resolves when a toxic is added or removed. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** In the place of one of the same kind. */
  add(toxic: Toxic): void {
    this.#byKind.set(toxic.kind, toxic);
    this.#announce();
  }

  clear(): void {
    this.#byKind.clear();
    this.#announce();
  }

  #announce(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** A delay around `latencyMs`, by up to `jitterMs` more or less. @param random From 0 to 1. */
export function delayOf(
  { latencyMs, jitterMs = 0 }: Extract<Toxic, { kind: 'latency' }>,
  random: number,
): number {
  return Math.max(0, latencyMs + jitterMs * (2 * random - 1));
}

/** Pieces of a chunk. @param random Gives numbers from 0 to 1. */
export function* slicesOf(
  chunk: Buffer,
  { averageBytes, variationBytes = 0 }: Extract<Toxic, { kind: 'slicer' }>,
  random: () => number,
): Generator<Buffer> {
  for (let at = 0; at < chunk.length;) {
    const bytes = Math.max(1, Math.round(averageBytes + variationBytes * (2 * random() - 1)));
    yield chunk.subarray(at, at + bytes);
    at += bytes;
  }
}
