import { describeExit } from '../process/coming-up.ts';
import type { IncidentLedger } from '../incident/ledger.ts';
import type { Log } from '../log.ts';
import type { Recovery } from '../healing/recovery.ts';
import type { Exit } from '../process/worker-end.ts';
import type { WorkerProcess } from '../process/worker-process.ts';
import type { KernelKills } from './kernel-kills.ts';

/** A signal that nothing in a process raises by a mistake: somebody has sent it. */
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

/** What comes after a death: another worker after so long, or nothing, because it was to be another's replacement. */
export type Aftermath =
  | {
      readonly kind: 'restart';
      readonly delayMs: number;
      readonly crashLoop: boolean;
      readonly recentDeaths: number;
    }
  | { readonly kind: 'given-up' };

interface DeathsConfig {
  readonly log: Log;
  readonly ledger: IncidentLedger;
  readonly recovery: Recovery;
  readonly isStopping: () => boolean;
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
    const { watchKernelKills } = await import('./kernel-kills.ts');
    this.#kernelKills = watchKernelKills();
  }

  /** Must be asked at once, since the kernel's counter goes on; what the worker itself said comes a little later. */
  examine({ readySinceMs, killedBecause }: WorkerProcess, exit: Exit): Death {
    const nowMs = Date.now();
    const byKernel =
      exit.signal === 'SIGKILL' && killedBecause === undefined ? this.#kernelKills?.claim(nowMs) : undefined;
    return {
      exit,
      readyForMs: readySinceMs === undefined ? undefined : nowMs - readySinceMs,
      killedBecause,
      byKernel,
      fromOutside: killedBecause === undefined && byKernel !== true && FROM_OUTSIDE.has(exit.signal),
    };
  }

  /**
   * Opens the incident, or goes on with the one that is open in its slot.
   *
   * @param isBack Another worker serves in its place already.
   */
  async report(worker: WorkerProcess, death: Death, after: Aftermath, isBack: () => boolean): Promise<void> {
    // Nobody waits for it, so it is not loaded before something has died.
    const [{ classify }, { createRedact }, words] = await Promise.all([
      import('./classify.ts'),
      import('../redact.ts'),
      worker.lastWords,
    ]);
    const { log, ledger, recovery, isStopping } = this.#config;
    if (isStopping()) return;
    const { id, slot, pid } = worker;
    const { stack, ...verdict } = classify({ worker: id, ...death, ...words }, createRedact(process.env));
    const opening = { ...verdict, worker: { id, slot, pid }, report: words.report };
    const open = after.kind === 'restart' ? recovery.open(opening) : ledger.open(opening);
    const { id: incident, summary, facts } = open.incident;
    log.error(
      { worker: id, slot, incident, cause: verdict.cause, stack: stack?.slice(0, 5) },
      verdict.summary,
    );
    if (stack !== undefined && open.incident.stack === undefined) {
      open.step(`its last words: ${describeExit(death.exit)}, with a stack`, { stack });
    }
    if (after.kind === 'given-up') {
      open.end('not put in its place: the worker before it goes on serving');
      return;
    }
    if (after.crashLoop && recovery.isLoop(open)) {
      const loop = `crash loop: ${after.recentDeaths} ends within 60 s; from now on one try every ${(after.delayMs / 1000).toFixed(0)} s`;
      open.step(loop, { summary: `${summary} (a crash loop)`, facts: [...facts, loop] });
    }
    recovery.untilReady(open);
    if (isBack()) recovery.ready(slot);
  }
}
