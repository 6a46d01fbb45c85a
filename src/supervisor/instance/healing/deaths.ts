import type { IncidentLedger, Opening, OpenIncident } from '../../incidents/ledger.ts';
import type { Incident } from '../../incidents/incident.ts';
import type { Log } from '../../log.ts';
import { describeExit } from '../../workers/process/describe-exit.ts';
import type { Recovery } from '../../incidents/recovery.ts';
import type { Exit } from '../../workers/process/worker-end.ts';
import type { WorkerProcess } from '../../workers/process/worker-process.ts';
import type { Aftermath } from '../../workers/slot/state.ts';
import type { KernelKills } from '../../detect/crash/kernel-kills.ts';
import { late } from '../late.ts';

/** A signal that nothing in a process raises by a mistake: another process has sent it. */
const FROM_OUTSIDE: ReadonlySet<string | null> = new Set([
  'SIGKILL',
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
]);

/** What is known of a death as soon as it has happened. */
export interface Death {
  readonly exit: Exit;
  /** Undefined if it never was. */
  readonly readyForMs: number | undefined;
  /** Why we killed it ourselves; undefined if we did not. */
  readonly killedBecause: string | undefined;
  /** The kernel killed it because memory ran out; undefined where there is no telling, or no SIGKILL. */
  readonly byKernel: boolean | undefined;
  /** No fault of the program. */
  readonly fromOutside: boolean;
}

/** How things stand in a slot when a death has been looked into: a worker may serve again by then. */
type Service = () => 'down' | 'back' | 'well';

/** A rolling restart that has failed. */
interface TakenBack {
  readonly slot: number;
  /** Undefined when no process could be started. */
  readonly worker: WorkerProcess | undefined;
  /** How it ended; undefined while it lives. */
  readonly death: Death | undefined;
  readonly problem: string;
  /** What it was compared by with the old version. */
  readonly compared: readonly string[];
  /** Asks the worker for evidence. Resolves when that may be drained; never rejects. */
  readonly collect: (incident: Incident) => Promise<void>;
}

interface DeathsConfig {
  readonly log: Log;
  readonly ledger: IncidentLedger;
  readonly recovery: Recovery;
  readonly isStopping: () => boolean;
  /** A worker has ended by itself, and its incident is open. */
  readonly onDeath: (worker: WorkerProcess, cause: Incident['cause']) => void;
}

/** Makes an incident of every worker that ends although it was to serve. */
export class Deaths {
  readonly #config: DeathsConfig;
  #kernelKills: KernelKills | undefined;

  constructor(config: DeathsConfig) {
    this.#config = config;
  }

  /** To be called once the first worker is ready; what is loaded here would be in the way of its start. */
  async watch(): Promise<void> {
    const { watchKernelKills } = await late.kernelKills();
    this.#kernelKills = watchKernelKills();
  }

  /** Must be asked at once, since the kernel's counter goes on; what the worker itself said comes a little later. */
  examine({ readyForMs, killedBecause }: WorkerProcess, exit: Exit): Death {
    const byKernel =
      exit.signal === 'SIGKILL' && killedBecause === undefined
        ? this.#kernelKills?.claim(performance.now())
        : undefined;
    return {
      exit,
      readyForMs,
      killedBecause,
      byKernel,
      fromOutside: killedBecause === undefined && byKernel !== true && FROM_OUTSIDE.has(exit.signal),
    };
  }

  /**
   * Opens the incident, or goes on with the one that is open in its slot. A replacement that fails while the sick worker goes on is no
   * fault of its own.
   */
  async report(worker: WorkerProcess, death: Death, after: Aftermath, service: Service): Promise<void> {
    const { stack, ...opening } = await this.#lookInto(worker, death);
    if (this.#config.isStopping()) return;
    if (after.kind === 'again' && this.#goesOn(opening, worker.slot)) return;
    const open = this.#open(opening, stack);
    this.#config.onDeath(worker, opening.cause);
    if (stack !== undefined && open.incident.stack === undefined) {
      open.step(`its last words: ${describeExit(death.exit)}, with a stack`, { stack });
    }
    this.#goOn(open, after, service);
  }

  /** No process could be started. */
  notStarted(slot: number, problem: string, after: Aftermath, service: Service): void {
    if (this.#config.isStopping()) return;
    const summary = `no worker could be started for slot ${slot}: ${problem}`;
    const worker = { id: 0, slot, pid: 0 };
    const opening = { cause: 'start-failed', summary, facts: [], worker, report: undefined } as const;
    if (after.kind === 'again' && this.#goesOn(opening, slot)) return;
    const open = this.#open(opening, undefined);
    this.#goOn(open, after, service);
  }

  /** A rolling restart has failed, and the old version goes on. Resolves when the incident is told and evidence is collected. */
  async takenBack({ slot, worker, death, problem, compared, collect }: TakenBack): Promise<void> {
    const { id, pid } = worker ?? { id: 0, pid: 0 };
    const found =
      worker === undefined || death === undefined ? undefined : await this.#lookInto(worker, death);
    const { ledger, log, isStopping } = this.#config;
    if (isStopping()) return;
    const summary = `the new version was taken back: ${problem}`;
    const facts = found === undefined ? compared : [found.summary, ...found.facts];
    const open = ledger.open({
      cause: 'deploy-failed',
      summary,
      facts,
      worker: { id, slot, pid },
      report: found?.report ?? worker?.report,
    });
    log.error({ worker: id, slot, incident: open.incident.id, cause: 'deploy-failed' }, summary);
    if (found?.stack !== undefined) open.step('its last words, with a stack', { stack: found.stack });
    await collect(open.incident);
    open.end('the old version goes on serving', 'unresolved');
  }

  async #lookInto(worker: WorkerProcess, death: Death): Promise<Opening & Pick<Incident, 'stack'>> {
    const [{ classify }, { processRedaction }, words] = await Promise.all([
      late.classify(),
      late.redact(),
      worker.lastWords,
    ]);
    const { id, slot, pid } = worker;
    const verdict = classify({ worker: id, ...death, ...words }, processRedaction().redact);
    return { ...verdict, worker: { id, slot, pid }, report: words.report };
  }

  /** The incident of a sick worker goes on. @returns False if none is open. */
  #goesOn({ summary, worker }: Opening, slot: number): boolean {
    const open = this.#config.recovery.step(slot, `its replacement failed: ${summary}`);
    if (open === undefined) return false;
    this.#config.log.error({ worker: worker.id, slot, incident: open.incident.id }, summary);
    return true;
  }

  #open(opening: Opening, stack: Incident['stack']): OpenIncident {
    const { log, recovery } = this.#config;
    const open = recovery.open(opening);
    const { id, slot } = opening.worker;
    const { cause, summary } = opening;
    log.error({ worker: id, slot, incident: open.incident.id, cause, stack: stack?.slice(0, 5) }, summary);
    return open;
  }

  #goOn(open: OpenIncident, after: Aftermath, service: Service): void {
    const { recovery } = this.#config;
    const { summary, facts, worker } = open.incident;
    if (after.kind === 'restart' && after.isLoop && recovery.isLoop(open)) {
      const loop = `crash loop: ${after.recentDeaths} ends within 60 s; from now on one try every ${(after.delayMs / 1000).toFixed(0)} s`;
      open.step(loop, { summary: `${summary} (a crash loop)`, facts: [...facts, loop] });
    }
    if (service() === 'down') return;
    recovery.back(worker.slot);
    if (service() === 'well') recovery.resolved(worker.slot);
  }
}
