// Unexpected errors, of Respite itself and of the user's code in the configuration. The workers serve on whatever happens in
// the process that watches them, so none of these may end it.
import type { IncidentLedger } from '../incidents/ledger.ts';
import type { Log } from '../log.ts';

/** The same error is one incident within this time, in ms. It is logged each time. */
const REPEAT_WINDOW_MS = 300_000;

/** Between two tries of what has to succeed, in ms. */
const RETRY_MS = 2000;

/** Different errors are remembered, up to this number. */
const MAX_REMEMBERED = 100;

interface UnexpectedConfig {
  readonly log: Log;
  readonly incidents: IncidentLedger;
  /** A clock for judgements. */
  readonly nowMs: () => number;
}

/** Logs each error, and makes an incident of it. */
export class UnexpectedErrors {
  readonly #config: UnexpectedConfig;
  readonly #toldAtMs = new Map<string, number>();
  #isTelling = false;

  constructor(config: UnexpectedConfig) {
    this.#config = config;
  }

  /** From now on no error ends this process. @returns Ends that. */
  watchProcess(): () => void {
    const uncaught = (error: unknown): void => this.happened('an uncaught error', error);
    const unhandled = (error: unknown): void => this.happened('an unhandled rejection', error);
    process.on('uncaughtException', uncaught);
    process.on('unhandledRejection', unhandled);
    return () => {
      process.off('uncaughtException', uncaught);
      process.off('unhandledRejection', unhandled);
    };
  }

  /** Lets work go on by itself. If it fails, that is logged and told. @param what As in "<what> failed". */
  readonly inBackground = (what: string, work: Promise<unknown>): void => {
    work.catch((error: unknown) => this.happened(`${what} failed`, error));
  };

  /** The same for work that is tried again until it succeeds: what it loads may be away while the package is being replaced. */
  readonly untilItSucceeds = (what: string, work: () => Promise<unknown>): void => {
    work().catch((error: unknown) => {
      this.happened(`${what} failed`, error);
      setTimeout(() => this.untilItSucceeds(what, work), RETRY_MS).unref();
    });
  };

  /** @param what The beginning of a sentence that ends with the error's message. */
  happened(what: string, error: unknown): void {
    // Reporting an error may fail, too.
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      this.#tell(what, error);
    } catch {
      // There is no process left to tell.
    } finally {
      this.#isTelling = false;
    }
  }

  #tell(what: string, error: unknown): void {
    const { log, incidents, nowMs } = this.#config;
    const message = error instanceof Error ? error.message : String(error);
    const summary = `the supervisor met ${what}: ${message}; it goes on`;
    log.error({ err: error }, summary);
    const atMs = nowMs();
    if (atMs - (this.#toldAtMs.get(message) ?? -Infinity) < REPEAT_WINDOW_MS) return;
    if (this.#toldAtMs.size >= MAX_REMEMBERED) this.#toldAtMs.clear();
    this.#toldAtMs.set(message, atMs);
    const facts = error instanceof Error && error.stack !== undefined ? [error.stack] : [];
    incidents
      .open({
        cause: 'unknown',
        summary,
        facts,
        worker: { id: 0, slot: 0, pid: process.pid },
        report: undefined,
      })
      .end('nothing was done: the workers serve as before', 'unresolved');
  }
}
