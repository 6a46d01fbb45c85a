// Bounds what it costs to render answers, however often they are asked for.
import type { SupervisorStatus } from '../supervisor/index.ts';
import type { Answer } from './answer.ts';

/**
 * Maximum share of the supervisor's time that rendering one kind of answer takes. An answer that took 2 ms to render is reused for
 * 40 ms, one of megabytes for longer: the port costs little, and what it shows is as fresh as that allows.
 */
const MAX_SHARE = 0.05;

/** Maximum time for which an answer is reused, in ms: workers report once a second. */
const MAX_REUSE_MS = 1000;

interface Entry {
  readonly version: string;
  readonly answer: Promise<Answer>;
  /** Infinite while it is rendered: who asks meanwhile waits for the same one. */
  untilMs: number;
}

/**
 * The last answer of each kind. For counters a reused answer is as right as a fresh one: it holds what was counted a moment ago. And
 * no client sees a counter go back, because an answer is only ever followed by one whose rendering began later.
 */
export class ReusedAnswers {
  readonly #nowMs: () => number;
  readonly #entries = new Map<string, Entry>();

  /** @param nowMs A clock that is never set. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * The last answer of this kind if it may still be reused, otherwise a new one. Rejects as `render` does; a failure is not reused.
   *
   * @param kind There must be few: an answer of each is kept.
   * @param version An answer for another version is not reused.
   */
  async get(kind: string, version: string, render: () => Promise<Answer>): Promise<Answer> {
    const last = this.#entries.get(kind);
    const beganAtMs = this.#nowMs();
    if (last?.version === version && beganAtMs < last.untilMs) return last.answer;
    const entry: Entry = { version, answer: render(), untilMs: Infinity };
    this.#entries.set(kind, entry);
    try {
      const answer = await entry.answer;
      const endedAtMs = this.#nowMs();
      entry.untilMs = endedAtMs + Math.min(MAX_REUSE_MS, (endedAtMs - beganAtMs) / MAX_SHARE);
      return answer;
    } catch (error) {
      if (this.#entries.get(kind) === entry) this.#entries.delete(kind);
      throw error;
    }
  }
}

/** Changes with everything in the status that is not measured or counted, so that nobody who has acted sees an answer from before. */
export function versionOf(status: SupervisorStatus): string {
  const { state, restarting, dryRun, workers, sockets, restarts, fallbackResponder } = status;
  const { health, incidents, quarantine } = status;
  const statuses = (reports: WorkerHealth): readonly string[] => reports.map((report) => report.status);
  return JSON.stringify([
    [state, restarting, dryRun, fallbackResponder.isPresent, sockets.length, restarts],
    workers.map((worker) => [worker.id, worker.state, statuses(worker.health)]),
    statuses(health.indicators),
    quarantine.entries.map(({ id, deaths, isProbing }) => [id, deaths, isProbing]),
    incidents.map(({ id, cause, steps, endedAtMs }) => [id, cause, steps.length, endedAtMs]),
  ]);
}

type WorkerHealth = SupervisorStatus['workers'][number]['health'];
