// Workers of which each request's arrival, answer and end are given, and the detector that watches them. Time is simulated.
import { RequestsInFlight } from '../../src/admission/in-flight/requests.ts';
import type { ResolvedStuckRequests } from '../../src/supervisor/detect/detectors/stuck-requests-options.ts';
import { StuckRequests } from '../../src/supervisor/detect/detectors/stuck-requests.ts';
import type { UsualWaits } from '../../src/supervisor/detect/detectors/usual-waits.ts';
import type { Finding } from '../../src/supervisor/detect/detectors/finding.ts';
import type { WatchdogReport } from '../../src/worker/index.ts';

/** How often watchdog and main thread report here. */
export const STEP_MS = 1000;

type Request = Parameters<RequestsInFlight['settled']>[0] & { waits: boolean; hasBegun: boolean };

interface UnderWay {
  readonly request: Request & { outcome: 'completed' | 'cancelled' | undefined };
  readonly endMs: number;
  readonly isAnswered: boolean;
  readonly onEnd: ((atMs: number) => void) | undefined;
}

export interface Asked {
  readonly name: string;
  readonly atMs: number;
  /** How long until it would be answered; Infinity if never. */
  readonly answerMs: number;
  /** How long its client waits. */
  readonly patienceMs: number;
  /** Its answer begins at once, and ends when the client goes. */
  readonly isStream?: boolean;
  /** Called when it has ended. */
  readonly onEnd?: (atMs: number) => void;
}

export class SimulatedWorker {
  readonly id: number;
  /** It answers nothing any more. */
  isDead = false;
  readonly #requests = new RequestsInFlight();
  readonly #detector: StuckRequests;
  readonly #usual: UsualWaits;
  #nowMs = 0;
  readonly #underWay = new Set<UnderWay>();
  /** By the step in which they arrive. */
  readonly #coming = new Map<number, Asked[]>();

  constructor(id: number, options: ResolvedStuckRequests, usual: UsualWaits) {
    this.id = id;
    this.#usual = usual;
    this.#detector = new StuckRequests(id, options, usual);
  }

  ask(asked: Asked): void {
    const step = Math.ceil(asked.atMs / STEP_MS) * STEP_MS;
    const coming = this.#coming.get(step);
    if (coming === undefined) this.#coming.set(step, [asked]);
    else coming.push(asked);
  }

  /** Called for each step, in order: all until then has happened. @returns What the detector finds. */
  step(nowMs: number): Finding | undefined {
    this.#nowMs = nowMs;
    for (const asked of this.#coming.get(nowMs) ?? []) this.#begin(asked);
    this.#coming.delete(nowMs);
    for (const each of this.#underWay) if (each.endMs <= nowMs) this.#end(each);
    const waiting = this.#requests.look(nowMs);
    const traffic = this.#requests.traffic(nowMs);
    this.#usual.learn(this.id, traffic.answered, nowMs);
    this.#detector.heard(traffic, nowMs);
    const { completed: completions, abandoned } = this.#requests;
    const report = {
      completions,
      abandoned,
      utilization: 0.05,
      waiting: waiting.count,
      oldestWaitingMs: waiting.oldestMs,
    };
    return this.#detector.judge(report as WatchdogReport, nowMs);
  }

  #begin({ name, atMs, answerMs, patienceMs, isStream = false, onEnd }: Asked): void {
    const request: UnderWay['request'] = {
      arrivedMs: atMs,
      name,
      waits: !isStream,
      hasBegun: isStream,
      older: undefined,
      younger: undefined,
      waitedMs: 0,
      stage: () => 'waiting',
      moveTo: () => {},
      outcome: undefined,
      isExempt: false,
      isShed: false,
      status: 200,
    };
    this.#requests.addBeside(request);
    const takesMs = this.isDead ? Infinity : answerMs;
    const isAnswered = !isStream && takesMs <= patienceMs;
    this.#underWay.add({ request, endMs: atMs + Math.min(takesMs, patienceMs), isAnswered, onEnd });
  }

  #end(each: UnderWay): void {
    const { request, endMs, isAnswered, onEnd } = each;
    this.#underWay.delete(each);
    request.outcome = isAnswered ? 'completed' : 'cancelled';
    this.#requests.ended(request);
    this.#requests.settled(request, endMs);
    // What is asked next comes no earlier than the next step.
    onEnd?.(Math.max(endMs, this.#nowMs));
  }
}
