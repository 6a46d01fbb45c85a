import type { AdmissionHost } from './host.ts';
import type { RequestInFlight } from './in-flight/request.ts';
import { ANNOUNCED_LATER, NOT_ANNOUNCED } from './observer.ts';
import type { Shed } from './shed/shed.ts';

/** Reports connections and requests to the host: to its observer, and while a load shape is recorded to its recorder. */
export class Observation {
  readonly #host: Pick<AdmissionHost, 'accepted' | 'observer' | 'recorder'>;
  /** The latest of the answers that are to be announced. */
  #latest: RequestInFlight | undefined;

  constructor(host: Pick<AdmissionHost, 'accepted' | 'observer' | 'recorder'>) {
    this.#host = host;
  }

  /** Something measures the requests. */
  get isOn(): boolean {
    return this.#host.observer !== undefined;
  }

  /** A server gets a connection. */
  accepted(server: object, socket: object): void {
    this.#host.accepted?.(server, socket);
  }

  /** The request was let in, and its handler has not run yet. */
  begins(request: RequestInFlight): void {
    this.#host.recorder?.arrived(request, false);
    this.#host.observer?.started(request.method, request.target);
  }

  shed(request: RequestInFlight, { status }: Shed, nowMs: number): void {
    this.#host.recorder?.arrived(request, true);
    this.#host.observer?.ended(NOT_ANNOUNCED, request.route, request.method, status, 0, nowMs, undefined);
  }

  /**
   * The head of the answer is about to leave. Returns what the observer needs to know at the end.
   *
   * @param hasTurn {@link announceAll} will be called at the end of the turn.
   */
  answers(request: RequestInFlight, status: number, nowMs: number, hasTurn: boolean): number {
    request.status = status;
    if (!hasTurn || this.#host.observer?.isLate !== true) return this.#announce(request, nowMs);
    request.nextAnswering = this.#latest;
    this.#latest = request;
    return ANNOUNCED_LATER;
  }

  /** Announces those whose answers were about to leave, unless they have ended since. */
  announceAll(nowMs: number): void {
    let request = this.#latest;
    this.#latest = undefined;
    while (request !== undefined) {
      const next: RequestInFlight | undefined = request.nextAnswering;
      request.nextAnswering = undefined;
      if (!request.isEnded) request.announced = this.#announce(request, nowMs);
      request = next;
    }
  }

  /** The request has ended; how long it took is known later. */
  ended(request: RequestInFlight): void {
    this.#host.recorder?.ended(request);
  }

  /** It is known how long the request took. */
  settled(
    { announced, route, method, status, headers }: RequestInFlight,
    tookMs: number,
    nowMs: number,
  ): void {
    const trace = headers['traceparent'] as string | undefined;
    const known = announced === ANNOUNCED_LATER ? NOT_ANNOUNCED : announced;
    this.#host.observer?.ended(known, route, method, status, tookMs / 1000, nowMs, trace);
  }

  #announce({ route, method, status, arrivedMs }: RequestInFlight, nowMs: number): number {
    const seconds = Math.max(0, nowMs - arrivedMs) / 1000;
    return this.#host.observer?.answering(route, method, status, seconds, nowMs) ?? NOT_ANNOUNCED;
  }
}
