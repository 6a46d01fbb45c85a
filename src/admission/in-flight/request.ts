import type { IncomingHttpHeaders } from 'node:http';
import type { Criticality } from '../../core/criticality.ts';
import type { Peer } from '../classify/criticality-header.ts';
import { costOf } from '../classify/cost.ts';
import type { RequestClass } from '../classify/request-class.ts';
import { type Counted, type Outcome, type Place, type Stage } from '../limit/index.ts';
import type { LoadReport } from '../load-report.ts';
import { NOT_ANNOUNCED } from '../observer.ts';
import type { ResolvedRoutePolicy } from '../policy.ts';
import type { Fingerprint } from '../quarantine/fingerprint.ts';
import type { ResolvedShedResponse } from '../shed/options.ts';
import type { Shed } from '../shed/shed.ts';
import type { BodyInFlight } from './body.ts';
import type { Connection, OnConnection } from './connection.ts';
import { remainingMs } from './deadline.ts';
import { type Answering, isReceived, pathOf, stageOf } from './progress.ts';

const SWITCHING_PROTOCOLS = 101;

/** What a request in flight asks of the admission that let it in. */
export interface RequestOwner {
  /** What its shed responses say. */
  readonly shedResponse: ResolvedShedResponse;
  /** What responses say of the load; undefined for nothing. */
  readonly loadReport?: LoadReport | undefined;
  addRoute(pattern: string, policy?: ResolvedRoutePolicy): void;
  /** The head of its answer is about to leave. Returns what the observer needs to know at the end. */
  answering(request: RequestInFlight, status: number): number;
  relabelled(requestClass: RequestClass, pattern: string): RequestClass;
  /** Decides again by the policy of the user's framework. */
  reclassified(request: RequestInFlight, policy: ResolvedRoutePolicy): Shed | undefined;
  /** The limit no longer counts it, although it goes on. */
  leftQueue(request: RequestInFlight): void;
  /** Counts the bytes of its body from now on. @param unreadBytes What has arrived and was not read by the handler. */
  watchBody(request: RequestInFlight, unreadBytes: () => number): void;
  /** Bytes of its body have arrived. False when they do not fit into the budget, so that it should be ended. */
  bodyArrived(request: RequestInFlight, bytes: number): boolean;
  /** Its body did not fit into the budget: counts it as shed. */
  overran(request: RequestInFlight): Shed;
  ended(request: RequestInFlight): void;
}

/** One request, from its decision to the end of its response. */
export class RequestInFlight implements Counted, OnConnection {
  readonly admission: RequestOwner;
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** `Content-Length`, 0 for no body, or `UNKNOWN_LENGTH`. */
  readonly bodyBytes: number;
  readonly peer: Peer | undefined;
  readonly arrivedMs: number;
  requestClass: RequestClass;
  /** How long the caller waits, counted from the request's arrival; undefined without an end. */
  deadlineMs: number | undefined;
  /** Units of the limit that it holds, or asks for. */
  units: number;
  /** Units that it takes once its client has sent it. */
  heldBackUnits = 0;
  /** Requests with the same key are taken to cost the same; 0 for none. See cost/keys.ts. */
  costKey = 0;
  /** Where the limit counts it. */
  place: Place = 'none';
  /** It has been decided upon once; a framework's policy may have it decided upon again. */
  isDecided = false;
  /** It was let in, and shed before its answer: it holds nothing, and is no completion. */
  isShed = false;
  isEnded = false;
  /** Bytes of its body that the budget counts; undefined for bodies that are too small to be counted. */
  body: BodyInFlight | undefined = undefined;
  /** The response or stream that it is answered on, once known. */
  answering: Answering | undefined = undefined;
  /** The connection that it came on, where its end ends the request. */
  connection: Connection | undefined = undefined;
  /** Neighbours on the list of requests in flight. */
  older: Counted | undefined = undefined;
  younger: Counted | undefined = undefined;
  /** The next one that has ended and is not yet settled. */
  nextEnded: RequestInFlight | undefined = undefined;
  /** The next one whose answer is still to be announced. */
  nextAnswering: RequestInFlight | undefined = undefined;
  /** When it ended, by the first reading of the clock after that. */
  endedMs: number = NaN;
  /** How long it was last seen to wait, in ms. */
  waitedMs = 0;
  /** Undefined while it was not needed; see quarantine.ts. */
  fingerprint: Fingerprint | undefined = undefined;
  /** What the observer has returned when the head of the answer was about to leave. */
  announced: number = NOT_ANNOUNCED;
  /** Asked for the template of its route when its answer leaves. */
  labeller: ((answering: Answering) => string | undefined) | undefined = undefined;
  status = 0;
  /** How it ended; undefined when that says nothing about this server. */
  outcome: Outcome | undefined = undefined;

  constructor(
    admission: RequestOwner,
    requestClass: RequestClass,
    method: string,
    target: string,
    headers: IncomingHttpHeaders,
    bodyBytes: number,
    peer: Peer | undefined,
    arrivedMs: number,
  ) {
    this.admission = admission;
    this.requestClass = requestClass;
    this.method = method;
    this.target = target;
    this.headers = headers;
    this.bodyBytes = bodyBytes;
    this.peer = peer;
    this.arrivedMs = arrivedMs;
    this.units = costOf(requestClass, headers);
    this.deadlineMs = remainingMs(headers, requestClass.policy.deadlineMs);
  }

  get isExempt(): boolean {
    return this.requestClass.rank === -1;
  }

  /** What the calls that it makes are to be; undefined for exempt requests. */
  get criticality(): Criticality | undefined {
    const { criticality } = this.requestClass;
    return criticality === 'exempt' ? undefined : criticality;
  }

  /** It has ended in a way that says something about this server and its users. */
  get isEvidence(): boolean {
    return this.outcome !== undefined && !this.isExempt;
  }

  /** The label of the request's route; empty when it isn't known. */
  get route(): string {
    return this.requestClass.route;
  }

  /** The policy that it was decided by. */
  get policy(): ResolvedRoutePolicy {
    return this.requestClass.policy;
  }

  /** All of it has arrived: until then the server waits for the client. */
  get isReceived(): boolean {
    return this.bodyBytes === 0 || this.answering === undefined || isReceived(this.answering);
  }

  /** Its client waits for an answer of which nothing was sent. No client waits for those of health checks. */
  get waits(): boolean {
    const { answering } = this;
    if (answering === undefined || this.isExempt) return false;
    return stageOf(answering) === 'waiting' && this.isReceived;
  }

  /** The head of its answer was sent, or is about to be. */
  get hasBegun(): boolean {
    return this.announced !== NOT_ANNOUNCED || this.answering?.headersSent === true;
  }

  /** Method and route, or path where no route is known. */
  get name(): string {
    return `${this.method} ${this.route === '' ? pathOf(this.answering) : this.route}`;
  }

  /** The framework has found the request's route, which was not known when it was decided. */
  label(pattern: string): void {
    if (this.route === '') this.requestClass = this.admission.relabelled(this.requestClass, pattern);
  }

  /**
   * The framework has found the request's policy. If none was known when the request was let in, decides again by that
   * policy. A request that is shed after all holds nothing any more; answer it with what is returned.
   */
  reclassify(policy: ResolvedRoutePolicy): Shed | undefined {
    return this.isEnded || this.isShed ? undefined : this.admission.reclassified(this, policy);
  }

  /** The request belongs to another class than was known at first. */
  becomes(requestClass: RequestClass): void {
    this.requestClass = requestClass;
    this.units = this.place === 'queue' ? costOf(requestClass, this.headers) : 0;
    this.deadlineMs = remainingMs(this.headers, requestClass.policy.deadlineMs);
  }

  /** The head of the answer is about to leave. Only the first call counts. */
  answers(status: number): void {
    if (this.isEnded || this.announced !== NOT_ANNOUNCED) return;
    this.#askLabel();
    this.announced = this.admission.answering(this, status);
  }

  /** For the limit: how far the answer has come. */
  stage(): Stage {
    return this.answering === undefined ? 'waiting' : stageOf(this.answering);
  }

  /** For the limit: it leaves the queue. */
  moveTo(place: Place): void {
    this.place = place;
    this.admission.leftQueue(this);
  }

  /**
   * The response has ended, or never will. Gives everything back. Only the first call counts.
   *
   * @param isComplete False when the client went away before the end of the response.
   */
  end(status: number, isComplete: boolean = true): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.#askLabel();
    this.status = status;
    this.outcome = this.#outcome(isComplete);
    this.connection?.remove(this);
    this.admission.ended(this);
  }

  /** For its connection: the client has gone, or has got all of the response. */
  connectionClosed(): void {
    const { answering } = this;
    if (answering === undefined || !('statusCode' in answering)) this.end(this.status, false);
    else this.end(answering.statusCode, answering.writableFinished);
  }

  #askLabel(): void {
    if (this.labeller === undefined || this.route !== '' || this.answering === undefined) return;
    const template = this.labeller(this.answering);
    if (template !== undefined) this.label(template);
  }

  /**
   * Undefined when the connection has left HTTP: what it does from then on was not waited for. And when the client went
   * away before it had sent its request: that says nothing about this server.
   */
  #outcome(isComplete: boolean): Outcome | undefined {
    if (this.isShed || this.status === SWITCHING_PROTOCOLS) return undefined;
    if (!isComplete) return this.isReceived ? 'cancelled' : undefined;
    return this.status >= 500 ? 'failed' : 'completed';
  }
}
