// The workers that are being replaced.
import type { Finding, ResolvedDetectOptions } from '../../detect/detectors/index.ts';
import { type Incident } from '../../incidents/incident.ts';
import { culprit } from '../../detect/crash/culprit.ts';
import type { OpenIncident } from '../../incidents/ledger.ts';
import type { Log } from '../../log.ts';
import type { HealedCause } from '../../causes.ts';
import type { WatchdogStack } from '../../../worker/index.ts';
import type { Patient } from './patient.ts';
import type { Recovery } from '../../incidents/recovery.ts';

/** A stack is there within a tenth of a second, or comes when a call returns. */
const STACK_LATE_MS = 1500;

export interface CasesConfig<Worker extends Patient> {
  readonly log: Log;
  readonly recovery: Recovery;
  readonly blockedLoop: ResolvedDetectOptions['blockedLoop'];
  /**
   * Puts another worker in the place of this one, which is drained when that is ready and evidence is collected. Resolves when the old one has ended:
   * with undefined, or with why no other could take its place.
   */
  readonly replace: (
    worker: Worker,
    cause: HealedCause,
    collected: Promise<void>,
  ) => Promise<string | undefined>;
  /** Asks a worker that is being replaced for evidence. Resolves when it may be ended, soon; never rejects. Default: nothing is collected. */
  readonly collect?: ((worker: Worker, incident: Incident) => Promise<void>) | undefined;
  /** Where in the kernel the main thread of a worker stands, in one sentence. */
  readonly whereInKernel?: ((worker: Worker) => Promise<string | undefined>) | undefined;
}

/** A worker that is being replaced. */
interface Case {
  readonly cause: HealedCause;
  readonly open: OpenIncident;
  condemned: boolean;
  /** It was asked where in the kernel it stands. */
  located: boolean;
}

export class Cases<Worker extends Patient> {
  readonly #config: CasesConfig<Worker>;
  readonly #cases = new Map<Worker, Case>();

  constructor(config: CasesConfig<Worker>) {
    this.#config = config;
  }

  /** Why this worker is being replaced; undefined when it is not. */
  causeOf(worker: Worker): HealedCause | undefined {
    return this.#cases.get(worker)?.cause;
  }

  /** Replaces a worker. @param open The incident that it is replaced for. */
  begin(worker: Worker, finding: Finding, cause: HealedCause, open: OpenIncident): void {
    const opened: Case = { cause, open, condemned: false, located: false };
    this.#cases.set(worker, opened);
    void this.#replace(worker, opened);
    if (finding.severity === 'kill') this.#kill(worker, opened, finding.gapMs ?? 0);
  }

  /** Something more was found about a worker that is being replaced. */
  foundAgain(worker: Worker, finding: Finding): void {
    const known = this.#cases.get(worker);
    if (known === undefined || finding.cause !== 'event-loop-blocked') return;
    const { gapMs = 0 } = finding;
    if (finding.severity === 'kill' && !known.condemned) this.#kill(worker, known, gapMs);
    const { blockedLoop } = this.#config;
    const isLate = blockedLoop !== false && gapMs >= blockedLoop.evidenceMs + STACK_LATE_MS;
    if (isLate && known.open.incident.stack === undefined && !known.located) void this.#locate(worker, known);
  }

  /** A sick worker has ended by itself, before it was drained or killed. */
  ended(worker: Worker, how: string): void {
    const found = this.#cases.get(worker);
    if (found?.condemned === false) found.open.step(`it ended with ${how} before it could be drained`);
  }

  /** The stack of a worker whose event loop is blocked. */
  stackTaken(worker: Worker, { frames, gapMs }: WatchdogStack): void {
    const found = this.#cases.get(worker);
    if (found === undefined || found.open.incident.stack !== undefined) return;
    const where = culprit(frames);
    const { id, summary } = found.open.incident;
    const isWhy = where !== undefined && found.cause === 'event-loop-blocked';
    found.open.step(`stack taken after ${(gapMs / 1000).toFixed(1)} s: ${where ?? 'no function of yours'}`, {
      summary: isWhy ? `${summary}, in ${where}` : summary,
      stack: frames,
    });
    this.#config.log.error(
      { worker: worker.id, incident: id, stack: frames.slice(0, 5) },
      `worker ${worker.id} is blocked in ${where ?? 'no function of yours'}`,
    );
  }

  #kill(worker: Worker, known: Case, gapMs: number): void {
    const seconds = (gapMs / 1000).toFixed(1);
    known.condemned = true;
    known.open.step(`killed: its event loop has been blocked for ${seconds} s`);
    this.#config.log.warn(
      { worker: worker.id, incident: known.open.incident.id, gapMs },
      `worker ${worker.id} is killed: its event loop has been blocked for ${seconds} s`,
    );
    worker.kill();
  }

  /** No stack could be taken, so it stands in a call that JavaScript does not come back from. */
  async #locate(worker: Worker, known: Case): Promise<void> {
    known.located = true;
    const place = await this.#config.whereInKernel?.(worker).catch(() => undefined);
    const { facts, id, endedAtMs, stack } = known.open.incident;
    if (place === undefined || endedAtMs !== undefined || stack !== undefined) return;
    known.open.step(`no stack could be taken; its main thread is ${place}`, { facts: [...facts, place] });
    this.#config.log.error({ worker: worker.id, incident: id }, `worker ${worker.id} is ${place}`);
  }

  async #replace(worker: Worker, { cause, open }: Case): Promise<void> {
    const { log, recovery, replace, collect } = this.#config;
    const { id } = open.incident;
    const { promise: collected, resolve: collectedNow } = Promise.withResolvers<void>();
    const replaced = replace(worker, cause, collected);
    // Once the replacement is on its way.
    void (collect?.(worker, open.incident) ?? Promise.resolve()).finally(collectedNow);
    const problem = await replaced.catch(String);
    this.#cases.delete(worker);
    if (problem === undefined) {
      const seconds = (open.ageMs / 1000).toFixed(1);
      log.info({ worker: worker.id, incident: id }, `worker ${worker.id} is replaced, after ${seconds} s`);
    } else {
      recovery.giveUp(open, `not replaced: ${problem}`);
      log.error(
        { worker: worker.id, incident: id, problem },
        `worker ${worker.id} is not replaced: ${problem}`,
      );
    }
  }
}
