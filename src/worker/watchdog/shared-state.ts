// What the main thread tells the watchdog thread, in shared memory: it can be read while the main thread stands still.
import { SHARED_TAIL_BYTES, SharedTail } from './shared-tail.ts';

/** Numbers that the main thread keeps up to date, one slot each. */
const GAUGES = [
  /** Of the JavaScript heap what is in the old generation now, garbage included. */
  'oldGenerationBytes',
  /** The same right after the last major collection: what is alive. 0 before the first. */
  'liveBytes',
  'majorCollections',
  'heapSizeLimitBytes',
  /** Buffers and other memory outside of the JavaScript heap that belongs to it. */
  'externalBytes',
  /** Milliseconds that the event loop has waited, and worked, since it began. */
  'idleMs',
  'activeMs',
  /** Milliseconds that it stood still in blocks of 0.1 to 2 s. */
  'shortBlocksMs',
  'inFlight',
  'completions',
  /** Of these, those whose client had gone away before an answer began. */
  'abandoned',
  /** Requests of which nothing was answered yet: how many, and how old the oldest is. */
  'waiting',
  'oldestWaitingMs',
  /** Where a debugger can attach, 0 while none can. */
  'inspectorPort',
] as const;

export type Gauge = (typeof GAUGES)[number];

const INDEX = Object.freeze(Object.fromEntries(GAUGES.map((name, i) => [name, i]))) as Readonly<
  Record<Gauge, number>
>;

/** Bytes kept of the last request line; a path that is longer is cut. */
const REQUEST_BYTES = 128;
const METHOD_BYTES = 16;
const BEAT_BYTES = 8;
const GAUGE_BYTES = 8 * GAUGES.length;
const TAIL_OFFSET = BEAT_BYTES + GAUGE_BYTES + REQUEST_BYTES;

/** Both threads have one, over the same memory. */
export class SharedState {
  readonly memory: SharedArrayBuffer;
  /** What was written to stdout and stderr. */
  readonly output: SharedTail;
  /** The beat, and the length of the request line. */
  readonly #integers: Int32Array;
  readonly #gauges: Float64Array;
  readonly #request: Buffer;
  #lastMethod = '';
  #lastTarget = '';

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(TAIL_OFFSET + SHARED_TAIL_BYTES)) {
    this.memory = memory;
    this.output = new SharedTail(memory, TAIL_OFFSET);
    this.#integers = new Int32Array(memory, 0, 2);
    this.#gauges = new Float64Array(memory, BEAT_BYTES, GAUGES.length);
    this.#request = Buffer.from(memory, BEAT_BYTES + GAUGE_BYTES, REQUEST_BYTES);
  }

  /** Changes with every iteration of the main thread's event loop. */
  get beat(): number {
    return Atomics.load(this.#integers, 0);
  }

  turned(): void {
    Atomics.add(this.#integers, 0, 1);
  }

  get(gauge: Gauge): number {
    return this.#gauges[INDEX[gauge]] ?? 0;
  }

  set(gauge: Gauge, value: number): void {
    this.#gauges[INDEX[gauge]] = value;
  }

  /** Method and path of the request that was started last. */
  get lastRequest(): string {
    return this.#request.toString('latin1', 0, Atomics.load(this.#integers, 1));
  }

  /**
   * Leaves a breadcrumb, without the query, which may hold secrets. Runs for every request, in about 0.1 µs.
   *
   * @param target As in the request line.
   */
  requestStarted(method: string, target: string): void {
    // A server is often asked for the same again: comparing is cheaper than writing.
    if (target === this.#lastTarget && method === this.#lastMethod) return;
    this.#lastTarget = target;
    this.#lastMethod = method;
    const query = target.indexOf('?');
    const written = this.#request.write(method, 0, METHOD_BYTES, 'latin1');
    this.#request[written] = 0x20;
    const room = Math.min(REQUEST_BYTES - written - 1, query === -1 ? target.length : query);
    const path = this.#request.write(target, written + 1, room, 'latin1');
    this.#integers[1] = written + 1 + path;
  }
}
