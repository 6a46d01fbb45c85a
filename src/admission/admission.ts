import type { IncomingHttpHeaders } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Peer } from './classify/criticality-header.ts';
import { type RequestClass, RequestClasses } from './classify/request-class.ts';
import { RequestClassifier } from './classify/request-classifier.ts';
import { Checks } from './checks/checks.ts';
import { publishShed } from './events.ts';
import { type AdmissionHost, processHost } from './host.ts';
import { RequestInFlight, type RequestOwner } from './in-flight/request.ts';
import { RequestsInFlight } from './in-flight/requests.ts';
import { NOT_ANNOUNCED } from './observer.ts';
import { LoadReport } from './load-report.ts';
import type { ResolvedAdmissionOptions } from './options.ts';
import type { ResolvedRoutePolicy } from './policy.ts';
import type { Shed } from './shed/shed.ts';
import { Shedding } from './shed/shedding.ts';
import type { AdmissionStats, ShedReason } from './stats.ts';

/**
 * Decides which requests run. One for a server (`protect`) or for a process (`respite run`). Its clock is read when a request
 * arrives and when an iteration of the event loop ends; requests that end in between are settled at the next reading.
 */
export class Admission implements RequestOwner {
  /** What its shed responses say. */
  readonly shedResponse: ResolvedAdmissionOptions['shedResponse'];
  readonly loadReport: LoadReport | undefined;
  readonly requests: RequestsInFlight = new RequestsInFlight();
  /** The request whose handler is running; set when it is let in, and removed when the handler returns. */
  running: RequestInFlight | undefined = undefined;
  readonly #options: ResolvedAdmissionOptions;
  readonly #host: AdmissionHost;
  readonly #now: () => number;
  readonly #classes: RequestClasses;
  readonly #classifier: RequestClassifier;
  readonly #checks: Checks;
  readonly #shedding: Shedding;
  /** The clock's last reading, and the requests that have ended since. */
  #lastMs: number;
  #unsettled: RequestInFlight | undefined;

  constructor(
    options: ResolvedAdmissionOptions,
    now: () => number = () => performance.now(),
    host: AdmissionHost = processHost(),
  ) {
    this.#options = options;
    this.shedResponse = options.shedResponse;
    this.#host = host;
    this.#now = now;
    this.#lastMs = now();
    this.#classes = new RequestClasses(options, host.counters);
    this.#classifier = new RequestClassifier(options, this.#classes);
    this.#shedding = new Shedding(this.#lastMs);
    this.#checks = new Checks(options, this.requests, this.#shedding.repeats, {
      now,
      acceptsPerTurn: () => host.acceptsPerTurn(),
      turnEnded: (nowMs) => this.#settleAll(nowMs),
      quarantine: host.quarantine,
      wouldQuarantine: ({ requestClass }) => this.#count(requestClass, 'quarantine', true),
    });
    this.loadReport = LoadReport.of(options.loadReport, this.#checks, this.requests, now);
  }

  /** Whether any request has come here. */
  get hasRequests(): boolean {
    return this.#checks.requests > 0;
  }

  /** Decide and count, but let every request through. */
  get dryRun(): boolean {
    return this.#host.dryRun ?? this.#options.dryRun;
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
    this.#host.accepted?.(server, socket);
    if (this.#checks.turn?.accepted(server) !== false || this.dryRun) return true;
    this.#classes.countClosedConnection();
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

  /** @param target Path and query, as in the request line. @param bodyBytes `Content-Length`, 0, or `UNKNOWN_LENGTH`. */
  request(
    method: string,
    target: string,
    bodyBytes: number,
    headers: IncomingHttpHeaders,
    peer?: Peer,
  ): RequestInFlight | Shed {
    const nowMs = this.#now();
    this.#settleAll(nowMs);
    this.#checks.requestArrives(headers, nowMs);
    let requestClass = this.#classifier.classify(method, target, headers, peer);
    if (requestClass.rank === -1 && !this.#checks.exempt.hasRoom(nowMs)) {
      requestClass = this.#classifier.withoutExemption(requestClass);
    }
    if (this.#checks.isPressed) requestClass = this.#classifier.guess(requestClass, headers);
    const request = new RequestInFlight(this, requestClass, method, target, headers, bodyBytes, peer, nowMs);
    const shed = this.#decide(request, nowMs);
    if (shed !== undefined) {
      this.#host.observer?.ended(NOT_ANNOUNCED, request.route, method, shed.status, 0, nowMs, undefined);
      return shed;
    }
    this.#host.observer?.started(method, target);
    if (this.requests.count === 0) this.#shedding.began(nowMs);
    this.requests.began();
    this.running = request;
    return request;
  }

  answering({ route, method, arrivedMs }: RequestInFlight, status: number): number {
    const { observer } = this.#host;
    if (observer === undefined) return NOT_ANNOUNCED;
    const nowMs = this.#checks.turn?.isOpen === true ? this.#lastMs : this.#now();
    return observer.answering(route, method, status, Math.max(0, nowMs - arrivedMs) / 1000, nowMs);
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
    const { inFlight, bytes } = this.#checks;
    inFlight.released(request);
    const body = bytes.putAside(request);
    request.becomes(requestClass);
    const shed = this.#decide(request, this.#now());
    if (shed !== undefined) {
      request.isShed = true;
      inFlight.shedAfterAll(request);
    } else if (!request.isExempt) {
      bytes.putBack(request, body);
    }
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
    this.#checks.inFlight.released(request);
    this.#checks.inFlight.shedAfterAll(request);
    this.#checks.bytes.released(request);
    this.#count(request.requestClass, 'bytes');
    return this.#shedding.answer(request.requestClass.status, 'bytes', false, this.#now());
  }

  ended(request: RequestInFlight): void {
    this.requests.ended(request);
    this.#checks.released(request);
    // Without the end of a turn to wait for, only a reading now tells how long it took.
    if (this.#checks.turn?.isOpen !== true) {
      this.#settle(request, this.#now());
      return;
    }
    request.nextEnded = this.#unsettled;
    this.#unsettled = request;
  }

  stats(): AdmissionStats {
    const nowMs = this.#now();
    this.#settleAll(nowMs);
    return {
      ...this.#checks.figures(nowMs),
      connectionsRefused: this.#classes.closedConnections,
      requests: [...this.#classes.counts()],
    };
  }

  /** The one way to a decision, for new requests and for those whose policy was found later. */
  #decide(request: RequestInFlight, nowMs: number): Shed | undefined {
    const reason = this.#checks.reasonToShed(request, nowMs);
    if (reason !== undefined) {
      this.#checks.shed(request, reason, nowMs);
      this.#count(request.requestClass, reason);
      const { status } = request.requestClass;
      if (!this.dryRun) return this.#shedding.answer(status, reason, this.requests.count === 0, nowMs);
    } else if (!request.isDecided) {
      this.#classes.countAdmitted(request.requestClass);
    }
    this.#checks.admitted(request, nowMs);
    request.isDecided = true;
    return undefined;
  }

  #count(requestClass: RequestClass, reason: ShedReason, isDryRun: boolean = this.dryRun): void {
    this.#classes.countShed(requestClass, reason, isDryRun);
    publishShed(isDryRun ? 'would-shed' : 'shed', reason, requestClass);
  }

  /** The clock was read: what has ended since the last reading is settled by this one. */
  #settleAll(nowMs: number): void {
    this.#lastMs = nowMs;
    this.#checks.exempt.handlersReturned(nowMs);
    let request = this.#unsettled;
    this.#unsettled = undefined;
    while (request !== undefined) {
      const next: RequestInFlight | undefined = request.nextEnded;
      request.nextEnded = undefined;
      this.#settle(request, nowMs);
      request = next;
    }
  }

  #settle(request: RequestInFlight, nowMs: number): void {
    const { arrivedMs, route, method, status, announced } = request;
    const tookMs = nowMs - arrivedMs;
    this.requests.settled(request, nowMs);
    this.#checks.settled(request, tookMs, nowMs);
    if (request.isEvidence) this.#shedding.completed(tookMs / 1000, nowMs);
    const trace = request.headers['traceparent'] as string | undefined;
    this.#host.observer?.ended(announced, route, method, status, tookMs / 1000, nowMs, trace);
  }
}
