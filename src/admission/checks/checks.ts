import type { IncomingHttpHeaders } from 'node:http';
import type { Repeats } from '../classify/repeats.ts';
import { Costs } from '../cost/costs.ts';
import { processorReadings } from '../cost/processor.ts';
import { fairSharesOf } from '../fairness/index.ts';
import type { AdmissionHost } from '../host.ts';
import type { BodyInFlight } from '../in-flight/body.ts';
import type { RequestInFlight } from '../in-flight/request.ts';
import type { RequestsInFlight } from '../in-flight/requests.ts';
import type { ResolvedAdmissionOptions } from '../options.ts';
import { Pressure, processReadings, watchBuiltIn, watchShared } from '../pressure/index.ts';
import type { AdmissionStats, ShedReason } from '../stats.ts';
import { BytesCheck } from './bytes.ts';
import { CostCheck } from './cost.ts';
import { DeadlineCheck } from './deadline.ts';
import { ExemptAllowance } from './exempt-allowance.ts';
import { InFlightCheck } from './in-flight.ts';
import { INTERVAL_MS, PriorityCheck } from './priority.ts';
import { QuarantineCheck } from './quarantine.ts';
import { TurnCheck } from './turn.ts';

/**
 * For how long after the last sign of overload hints are still read, in ms. A browser loads ahead what a page names with each page, so that the
 * next burst comes seconds later, together with what its users ask for.
 */
const PRESSED_FOR_MS = 10_000;

/** What the checks need to know of the process around them. */
interface Surroundings {
  now(): number;
  readonly host: Pick<AdmissionHost, 'acceptsPerTurn' | 'quarantine' | 'fairShares' | 'processor'>;
  /** A dry run of one check lets this request through. */
  wouldShed(request: RequestInFlight, reason: ShedReason): void;
  /** Called at the end of each turn that had a request. */
  turnEnded(nowMs: number): void;
}

/** The checks of an admission, and the signals that press them. */
export class Checks {
  /** For requests that pass no check. */
  readonly exempt: ExemptAllowance;
  readonly inFlight: InFlightCheck;
  readonly bytes: BytesCheck;
  /** Undefined when a turn may take as long as it likes. */
  readonly turn: TurnCheck | undefined;
  readonly #quarantine: QuarantineCheck | undefined;
  /** Undefined when requests count the same, whatever they cost. */
  readonly cost: CostCheck | undefined;
  /** Undefined when the limits alone decide. */
  readonly #priority: PriorityCheck | undefined;
  readonly #repeats: Repeats;
  readonly #deadline = new DeadlineCheck();
  readonly #pressure = new Pressure();
  #sampledMs: number;
  #requests = 0;
  /** A request was shed since the last sample. */
  #hasShed = false;
  /** When a sample last saw pressure, or a shed request. */
  #pressedMs = -Infinity;
  #stopWatching: (() => void) | undefined;

  constructor(
    options: ResolvedAdmissionOptions,
    requests: RequestsInFlight,
    repeats: Repeats,
    surroundings: Surroundings,
  ) {
    const nowMs = surroundings.now();
    const { priority, turnBudget } = options;
    const { quarantine, fairShares } = surroundings.host;
    if (quarantine !== undefined)
      this.#quarantine = new QuarantineCheck(quarantine, (request) =>
        surroundings.wouldShed(request, 'quarantine'),
      );
    this.#sampledMs = nowMs;
    this.#repeats = repeats;
    if (options.costs !== 'off') {
      const isDryRun = options.costs === 'dry-run';
      this.cost = new CostCheck(
        new Costs(surroundings.host.processor ?? processorReadings(), nowMs),
        isDryRun ? (request) => surroundings.wouldShed(request, 'cost') : undefined,
      );
    }
    this.exempt = new ExemptAllowance(options.exemptLimit, nowMs);
    if (priority !== false)
      this.#priority = new PriorityCheck(
        priority,
        this.#pressure,
        repeats,
        options.costs === 'on' ? this.cost : undefined,
        nowMs,
        fairSharesOf(priority, nowMs, fairShares),
      );
    this.inFlight = new InFlightCheck(options, requests, nowMs);
    this.bytes = new BytesCheck(options.bodyBudgetBytes, (rank) => this.turn?.bodyShare(rank) ?? 1);
    if (turnBudget !== false) {
      const bodiesShare = (): number => this.bytes.bytes / this.bytes.limitBytes;
      this.turn = new TurnCheck(turnBudget, {
        ...surroundings,
        acceptsPerTurn: () => surroundings.host.acceptsPerTurn(),
        bodiesShare,
        loopTimes: () => performance.eventLoopUtilization(),
      });
    }
    watchBuiltIn(
      this.#pressure,
      options.signals,
      {
        inFlight: () => this.inFlight.units,
        limit: () => this.inFlight.limit,
        bytesInFlight: () => this.bytes.bytes,
        budgetBytes: () => this.bytes.limitBytes,
        requests: () => this.#requests,
        hasTurnBudget: this.turn !== undefined,
        sinceTickMs: (sampleMs) => this.turn?.sinceMs(sampleMs) ?? 0,
      },
      processReadings,
    );
    this.startWatching();
  }

  /** Requests that have arrived. */
  get requests(): number {
    return this.#requests;
  }

  /** Something presses or requests are shed, now or in the last seconds: it pays to know which requests matter less. */
  get isPressed(): boolean {
    return this.#sampledMs - this.#pressedMs < PRESSED_FOR_MS;
  }

  startWatching(): void {
    if (this.#stopWatching !== undefined) return;
    const undo = [watchShared(this.#pressure), processReadings.hold()];
    this.#stopWatching = () => undo.forEach((each) => each());
  }

  stopWatching(): void {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }

  /** What has to be done from time to time is done when requests come or figures are read: there is no timer. */
  requestArrives(headers: IncomingHttpHeaders, nowMs: number): void {
    this.#requests += 1;
    this.#repeats.arrives(headers, nowMs);
    this.#keepUp(nowMs);
  }

  /** The reason of the first check that does not admit the request, in this order; undefined when all do, and for exempt requests. */
  reasonToShed(request: RequestInFlight, nowMs: number): ShedReason | undefined {
    if (request.isExempt) return undefined;
    // Written out, this takes a third of the time of a loop over a list: each call has one target, which V8 can inline.
    if (!this.#deadline.admits(request, nowMs)) return this.#deadline.reason;
    if (this.#quarantine?.admits(request) === false) return this.#quarantine.reason;
    if (this.cost?.admits(request) === false) return this.cost.reason;
    if (this.#priority?.admits(request, nowMs) === false) return this.#priority.reason;
    if (!this.inFlight.admits(request, nowMs)) return this.inFlight.reason;
    if (!this.bytes.admits(request, nowMs)) return this.bytes.reason;
    if (this.turn?.admits(request, nowMs) === false) return this.turn.reason;
    return undefined;
  }

  /** Tells the checks that learn from it that one of them does not admit the request. */
  shed(request: RequestInFlight, reason: ShedReason, nowMs: number): void {
    this.#hasShed = true;
    this.#priority?.shed(request, reason);
    this.inFlight.shed(reason, nowMs);
    this.turn?.shed(request, reason);
  }

  /** The request runs. */
  admitted(request: RequestInFlight, nowMs: number): void {
    this.inFlight.admitted(request);
    this.#quarantine?.admitted(request);
    this.cost?.admitted(request);
    if (!request.isExempt) return;
    this.exempt.started(nowMs);
    // The end of the turn tells what it took.
    this.turn?.open();
  }

  /** The request has ended, and holds nothing any more. */
  released(request: RequestInFlight): void {
    if (request.isExempt) this.exempt.ended();
    this.#quarantine?.released(request);
    this.cost?.released(request);
    this.inFlight.released(request);
    if (request.body !== undefined) this.bytes.released(request);
  }

  /** The request will be decided on again. @returns Its body, which holds no place in the budget until it is put back. */
  takeBack(request: RequestInFlight): BodyInFlight | undefined {
    this.inFlight.released(request);
    this.cost?.withdrawn(request);
    return this.bytes.putAside(request);
  }

  /** Its body did not fit: it holds nothing any more, and what becomes of it says nothing about the server. */
  overran(request: RequestInFlight): void {
    this.inFlight.released(request);
    this.inFlight.shedAfterAll(request);
    this.bytes.released(request);
  }

  /** It is known how long the request took. */
  settled(request: RequestInFlight, tookMs: number, nowMs: number): void {
    if (request.isEvidence) this.#priority?.completed();
    this.inFlight.ended(request, tookMs, nowMs);
    this.cost?.settled(request, nowMs);
  }

  figures(nowMs: number): Omit<AdmissionStats, 'connectionsRefused' | 'requests'> {
    this.#keepUp(nowMs);
    this.bytes.look(nowMs);
    const { limit, units } = this.inFlight;
    const { bytes, limitBytes } = this.bytes;
    return {
      limit,
      inFlight: units,
      bodyBudgetBytes: limitBytes,
      bytesInFlight: Math.round(bytes),
      utilization: Math.max(units / limit, bytes / limitBytes),
      refusedShare: this.#priority?.shedShare ?? 0,
      pressure: this.#pressure.readings(),
    };
  }

  #keepUp(nowMs: number): void {
    this.inFlight.sweep(nowMs);
    if (nowMs - this.#sampledMs < INTERVAL_MS) return;
    this.#sampledMs = nowMs;
    this.bytes.look(nowMs);
    this.#pressure.sample(nowMs);
    this.cost?.sample(nowMs);
    this.#priority?.decide(nowMs);
    const isShedding = this.#hasShed || (this.#priority?.shedShare ?? 0) > 0;
    if (isShedding || this.#pressure.overall > 0) this.#pressedMs = nowMs;
    this.#hasShed = false;
  }
}
