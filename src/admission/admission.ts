import type { IncomingHttpHeaders } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Peer } from './classify/criticality-header.ts';
import { type RequestClass, RequestClasses } from './classify/request-class.ts';
import { RequestClassifier } from './classify/request-classifier.ts';
import { Checks } from './checks/checks.ts';
import type { RouterSource } from './classify/router.ts';
import { Decisions } from './decisions.ts';
import { type AdmissionHost, processHost } from './host.ts';
import { RequestInFlight, type RequestOwner } from './in-flight/request.ts';
import { RequestsInFlight } from './in-flight/requests.ts';
import { UnsettledRequests } from './in-flight/unsettled.ts';
import { Observation } from './observation.ts';
import { NOT_ANNOUNCED } from './observer.ts';
import { LoadReport } from './load-report.ts';
import type { ResolvedAdmissionOptions } from './options.ts';
import type { ResolvedRoutePolicy } from './policy.ts';
import type { Shed } from './shed/shed.ts';
import { Shedding } from './shed/shedding.ts';
import type { AdmissionStats } from './stats.ts';

/** Requests whose handlers take less than this, in ms, are settled together, at the end of their turn. */
const SHORT_MS = 0.2;

/**
 * Decides which requests run. One for a server (`protect`) or for a process (`respite run`). Its clock is read when a request
 * arrives and when an iteration of the event loop ends; requests that end in between are settled at the next reading.
 */
export class Admission implements RequestOwner {
  /** What its shed responses say. */
  readonly shedResponse: ResolvedAdmissionOptions['shedResponse'];
  /** What responses say of the load; undefined for nothing. */
  readonly loadReport: LoadReport | undefined;
  /** The requests in flight: how many, how long they wait, of which routes. */
  readonly requests: RequestsInFlight = new RequestsInFlight();
  /** The request whose handler is running; set when it is let in, and removed when the handler returns. */
  running: RequestInFlight | undefined = undefined;
  readonly #now: () => number;
  readonly #classifier: RequestClassifier;
  readonly #decisions: Decisions;
  readonly #observation: Observation;
  readonly #checks: Checks;
  readonly #shedding: Shedding;
  /** The requests that have ended since the clock's last reading. */
  readonly #unsettled = new UnsettledRequests();
  #lastMs: number;

  /**
   * @param now Milliseconds from any origin; never goes back.
   * @param host What the process around it offers; one of its own for an admission that runs in no worker.
   * @param router By default loaded once a pattern needs one.
   */
  constructor(
    options: ResolvedAdmissionOptions,
    now: () => number = () => performance.now(),
    host: AdmissionHost = processHost(),
    router?: RouterSource,
  ) {
    this.shedResponse = options.shedResponse;
    this.#now = now;
    this.#lastMs = now();
    const classes = new RequestClasses(options, host.counters);
    this.#classifier = new RequestClassifier(options, classes, router);
    this.#decisions = new Decisions(options, host, classes);
    this.#observation = new Observation(host);
    this.#shedding = new Shedding(this.#lastMs);
    this.#checks = new Checks(options, this.requests, this.#shedding.repeats, {
      now,
      turnEnded: (nowMs) => this.#clockRead(nowMs, true),
      host,
      wouldShed: ({ requestClass }, reason) => this.#decisions.wouldShed(requestClass, reason),
    });
    this.loadReport = LoadReport.of(options.loadReport, this.#checks, this.requests, now);
  }

  get hasRequests(): boolean {
    return this.#checks.requests > 0;
  }

  /** Decide and count, but let every request through. */
  get dryRun(): boolean {
    return this.#decisions.isDryRun;
  }

  /** Requests have been shed for some time, not in a burst. */
  get isSheddingSustained(): boolean {
    return this.#shedding.isSustained(this.#lastMs);
  }

  /** Starts to watch the signals of the process, as the constructor does, or stops it. Requests in flight are not touched. */
  watchSignals(isWatching: boolean): void {
    if (isWatching) this.#checks.startWatching();
    else this.#checks.stopWatching();
  }

  /** A server gets a connection. False: close it, nothing can be done for it. */
  accepted(server: object, socket: object): boolean {
    this.#observation.accepted(server, socket);
    if (this.#checks.turn?.accepted(server) !== false || this.dryRun) return true;
    this.#decisions.closedConnection();
    return false;
  }

  /**
   * Makes a route of the user's framework known before its first request: its template is the label of its requests, and
   * its policy holds from the start. A configured route that matches wins.
   * @param pattern `GET /users/:id`, or `/users/:id` for any method.
   */
  addRoute(pattern: string, policy?: ResolvedRoutePolicy): void {
    this.#classifier.addRoute(pattern, policy);
  }

  /**
   * Decides on one request, and counts the decision.
   *
   * @param target Path and query, as in the request line.
   * @param bodyBytes `Content-Length`, 0 for no body, or `UNKNOWN_LENGTH`.
   * @param peer The other end of its connection; undefined where it is not known.
   * @returns The request, whose `end()` the caller has to call; or how to answer one that is shed.
   */
  request(
    method: string,
    target: string,
    bodyBytes: number,
    headers: IncomingHttpHeaders,
    peer?: Peer,
  ): RequestInFlight | Shed {
    const nowMs = this.#now();
    this.#clockRead(nowMs, nowMs - this.#lastMs >= SHORT_MS);
    this.#checks.requestArrives(headers, nowMs);
    let requestClass = this.#classifier.classify(method, target, headers, peer);
    if (requestClass.rank === -1 && !this.#checks.exempt.hasRoom(nowMs))
      requestClass = this.#classifier.withoutExemption(requestClass);
    if (this.#checks.isPressed) requestClass = this.#classifier.guess(requestClass, headers);
    const request = new RequestInFlight(this, requestClass, method, target, headers, bodyBytes, peer, nowMs);
    const shed = this.#decide(request, nowMs);
    if (shed !== undefined) {
      this.#observation.shed(request, shed, nowMs);
      return shed;
    }
    this.#observation.begins(request);
    if (this.requests.count === 0) this.#shedding.began(nowMs);
    this.requests.began();
    this.running = request;
    return request;
  }

  answering(request: RequestInFlight, status: number): number {
    if (!this.#observation.isOn) return NOT_ANNOUNCED;
    const hasTurn = this.#checks.turn?.isOpen === true;
    return this.#observation.answers(request, status, hasTurn ? this.#lastMs : this.#now(), hasTurn);
  }

  relabelled(requestClass: RequestClass, pattern: string): RequestClass {
    return this.#classifier.withLabel(requestClass, pattern);
  }

  /**
   * Takes back what the request holds and decides on it again. It was counted as admitted, and if it is shed now it counts as
   * shed too: a counter that went down would be taken for a restart.
   */
  reclassified(request: RequestInFlight, policy: ResolvedRoutePolicy): Shed | undefined {
    const requestClass = this.#classifier.withPolicy(request.requestClass, policy);
    if (requestClass === request.requestClass) return undefined;
    const body = this.#checks.takeBack(request);
    request.becomes(requestClass);
    const shed = this.#decide(request, this.#now());
    if (shed === undefined) {
      if (!request.isExempt) this.#checks.bytes.putBack(request, body);
      return undefined;
    }
    request.isShed = true;
    this.#checks.inFlight.shedAfterAll(request);
    return shed;
  }

  leftQueue(request: RequestInFlight): void {
    this.#checks.inFlight.leftQueue(request);
  }

  watchBody(request: RequestInFlight, unreadBytes: () => number): void {
    this.#checks.bytes.watch(request, this.#lastMs, unreadBytes);
  }

  bodyArrived({ body }: RequestInFlight, bytes: number): boolean {
    return body === undefined || this.#checks.bytes.received(body, bytes) || this.dryRun;
  }

  overran(request: RequestInFlight): Shed {
    request.isShed = true;
    this.#checks.overran(request);
    this.#decisions.shed(request.requestClass, 'bytes');
    return this.#shedding.answer(request.requestClass.status, 'bytes', false, this.#now());
  }

  ended(request: RequestInFlight): void {
    this.requests.ended(request);
    this.#checks.released(request);
    this.#observation.ended(request);
    this.#unsettled.add(request);
    // Without the end of a turn to wait for, only a reading now tells how long it took.
    if (this.#checks.turn?.isOpen !== true) this.#clockRead(this.#now(), true);
  }

  stats(): AdmissionStats {
    const nowMs = this.#now();
    this.#clockRead(nowMs, true);
    return {
      ...this.#checks.figures(nowMs),
      connectionsRefused: this.#decisions.closedConnections,
      requests: this.#decisions.counts(),
    };
  }

  /** The one way to a decision, for new requests and for those whose policy was found later. */
  #decide(request: RequestInFlight, nowMs: number): Shed | undefined {
    const reason = this.#checks.reasonToShed(request, nowMs);
    if (reason !== undefined) {
      this.#checks.shed(request, reason, nowMs);
      this.#decisions.shed(request.requestClass, reason);
      const { status } = request.requestClass;
      if (!this.dryRun) return this.#shedding.answer(status, reason, this.requests.count === 0, nowMs);
    } else if (!request.isDecided) {
      this.#decisions.admitted(request.requestClass);
    }
    this.#checks.admitted(request, nowMs);
    request.isDecided = true;
    return undefined;
  }

  /** The clock was read: what has ended before has ended by now. @param settles False leaves the rest to the end of the turn. */
  #clockRead(nowMs: number, settles: boolean): void {
    this.#lastMs = nowMs;
    this.#checks.exempt.handlersReturned(nowMs);
    this.#unsettled.read(nowMs);
    if (!settles) return;
    this.#observation.announceAll(nowMs);
    this.#unsettled.settleAll(nowMs, this.#settle);
  }

  readonly #settle = (request: RequestInFlight, nowMs: number): void => {
    const tookMs = request.endedMs - request.arrivedMs;
    this.requests.settled(request, nowMs);
    this.#checks.settled(request, tookMs, nowMs);
    if (request.isEvidence) this.#shedding.completed(tookMs / 1000, nowMs);
    this.#observation.settled(request, tookMs, nowMs);
  };
}
