// The first traced request since the last report in each bucket of each series, to lead from a curve to a trace. A request without a trace costs nothing, one
// with a trace no allocation: its header is kept as it came.
import { BUCKETS } from './duration-row.ts';
import type { SentExemplar } from './sample.ts';

/** W3C Trace Context, section 3.2: version, trace, caller's span, flags; of the flags the last bit says that the trace is kept. */
const SAMPLED = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f][13579bdf](?:-|$)/;

const TRACE_ID = 3;
const TRACE_ID_END = 35;

/** A caller may send what it likes behind what this version knows. */
const LONGEST = 128;

/** Maximum in a sample; the others follow with the next ones. */
const MOST_TOLD = 500;

export class Exemplars {
  /** By row and bucket: the header, undefined where there is none that was not told yet. */
  readonly #headers: (string | undefined)[] = [];
  readonly #seconds: number[] = [];
  readonly #atMs: number[] = [];
  /** Places whose header is to be told. */
  readonly #untold = new Set<number>();

  /** @param traceparent The header as it came. */
  ended(row: number, bucket: number, seconds: number, traceparent: string): void {
    const place = row * BUCKETS + bucket;
    // The first since the last report stays: a traced service pays for one in a bucket, not for each request.
    if (this.#headers[place] !== undefined) return;
    if (traceparent.length > LONGEST || !SAMPLED.test(traceparent)) return;
    this.#headers[place] = traceparent;
    this.#seconds[place] = seconds;
    this.#atMs[place] = Date.now();
    this.#untold.add(place);
  }

  /** What is new since it was last asked. */
  take(): SentExemplar[] {
    const taken: SentExemplar[] = [];
    for (const place of this.#untold) {
      if (taken.length >= MOST_TOLD) break;
      this.#untold.delete(place);
      const header = this.#headers[place] ?? '';
      this.#headers[place] = undefined;
      taken.push({
        row: Math.floor(place / BUCKETS),
        bucket: place % BUCKETS,
        traceId: header.slice(TRACE_ID, TRACE_ID_END),
        value: this.#seconds[place] ?? 0,
        atMs: this.#atMs[place] ?? 0,
      });
    }
    return taken;
  }
}
