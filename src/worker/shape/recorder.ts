import type { RequestInFlight, RequestRecorder } from '../../admission/index.ts';
import { SHAPE_CELLS, type ShapeBatch, shapeRoute } from './batch.ts';

/** Requests that one batch has room for: 80,000 per second. */
const MAX_REQUESTS = 20_000;

/** Maximum number of requests that one recording takes from a worker. */
const MAX_ALTOGETHER = 1_000_000;

/** Maximum number of requests in flight whose end is waited for. */
const MAX_OPEN = 20_000;

const UNKNOWN = -1;

/** In the head of a response, as node:http writes it. */
const CONTENT_LENGTH = /\r\ncontent-length:[ \t]*(\d{1,15})\r\n/i;

/** Keeps arrivals, routes and sizes; nothing of the contents of requests. Bounded. */
export class Recorder implements RequestRecorder {
  /** Adds to a time of this thread to make it one of the clock that all processes share. */
  readonly #offsetMs: number = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  readonly #cells = new Float64Array(MAX_REQUESTS * SHAPE_CELLS);
  readonly #kinds = new Map<string, number>();
  /** Requests in flight, with the bytes that had been written to their connection when they came. */
  readonly #open = new Map<RequestInFlight, number>();
  #newRoutes: string[] = [];
  #count = 0;
  #dropped = 0;
  #altogether = 0;

  arrived(request: RequestInFlight, isShed: boolean): void {
    // Health checks are not the users' load.
    if (request.isExempt) return;
    if (isShed) this.#add(request, UNKNOWN);
    else if (this.#open.size < MAX_OPEN) this.#open.set(request, bytesWritten(request.peer));
    else this.#dropped += 1;
  }

  ended(request: RequestInFlight): void {
    const writtenBefore = this.#open.get(request);
    // It came before the recording, or is exempt.
    if (writtenBefore === undefined) return;
    this.#open.delete(request);
    this.#add(request, responseBytes(request, writtenBefore));
  }

  /** Requests in flight are recorded as they are. */
  finish(): void {
    for (const request of this.#open.keys()) this.#add(request, UNKNOWN);
    this.#open.clear();
  }

  /** What was recorded since the last call. */
  take(): ShapeBatch {
    const batch = {
      routes: this.#newRoutes,
      cells: this.#cells.slice(0, this.#count * SHAPE_CELLS),
      dropped: this.#dropped,
    };
    this.#newRoutes = [];
    this.#count = this.#dropped = 0;
    return batch;
  }

  #add(request: RequestInFlight, response: number): void {
    if (this.#count >= MAX_REQUESTS || this.#altogether >= MAX_ALTOGETHER) {
      this.#dropped += 1;
      return;
    }
    const at = this.#count * SHAPE_CELLS;
    this.#count += 1;
    this.#altogether += 1;
    this.#cells[at] = request.arrivedMs + this.#offsetMs;
    this.#cells[at + 1] = this.#kindOf(request);
    this.#cells[at + 2] = bodyBytes(request);
    this.#cells[at + 3] = response;
  }

  /** Bounded: methods are those of Node.js's parser, and routes are labels, of which there are few. */
  #kindOf({ method, route }: RequestInFlight): number {
    const name = shapeRoute(method, route);
    let kind = this.#kinds.get(name);
    if (kind === undefined) {
      kind = this.#kinds.size;
      this.#kinds.set(name, kind);
      this.#newRoutes.push(name);
    }
    return kind;
  }
}

/** What the client declared; of a body of unknown length what has arrived, where that was counted. */
function bodyBytes({ bodyBytes: declared, body }: RequestInFlight): number {
  return declared >= 0 ? declared : (body?.receivedBytes ?? UNKNOWN);
}

function responseBytes({ answering }: RequestInFlight, writtenBefore: number): number {
  if (answering === undefined) return UNKNOWN;
  if (!('req' in answering)) return lengthOf(answering.sentHeaders?.['content-length']);
  const head = answering._header;
  if (typeof head !== 'string') return UNKNOWN;
  const declared = lengthOf(CONTENT_LENGTH.exec(head)?.[1]);
  if (declared !== UNKNOWN) return declared;
  // Of a chunked response: what was written to its connection, with the heads of its chunks.
  const written = bytesWritten(answering.req?.socket);
  return written < 0 || writtenBefore < 0 ? UNKNOWN : Math.max(0, written - writtenBefore - head.length);
}

function lengthOf(value: unknown): number {
  const length = Number(value ?? UNKNOWN);
  return Number.isSafeInteger(length) && length >= 0 ? length : UNKNOWN;
}

/** The user's code may emit requests by hand: then there may be anything in the place of a connection. */
function bytesWritten(socket: unknown): number {
  const bytes = (socket as { readonly bytesWritten?: unknown } | null | undefined)?.bytesWritten;
  return typeof bytes === 'number' ? bytes : UNKNOWN;
}
