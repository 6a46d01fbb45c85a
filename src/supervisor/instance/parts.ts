// What a supervisor consists of besides its workers, put together.
import type { AwakeClock } from '../../core/awake-clock.ts';
import type { IndicatorReport } from '../../core/health-link.ts';
import { processRedaction } from '../../core/redact.ts';
import type { HealedCause } from '../causes.ts';
import { Evidence } from '../incidents/evidence/index.ts';
import { IncidentLedger } from '../incidents/ledger.ts';
import { Recovery } from '../incidents/recovery.ts';
import { Outages } from '../outage/outages.ts';
import { ScriptMetricsGatherer } from '../workers/script-metrics/index.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';
import { Quarantines } from '../quarantine/quarantines.ts';
import type { QuarantineMode } from '../quarantine/status.ts';
import { SocketExchange } from '../workers/sockets/socket-exchange.ts';
import { Departure } from './balancer/departure.ts';
import type { SupervisorConfig } from './contract.ts';
import type { Drills } from './drill/contract.ts';
import { drillsOf } from './drill/open.ts';
import { ShapeRecordings } from './shape/open.ts';
import { isSticky } from './options.ts';
import { Deaths } from './healing/deaths.ts';
import { Fairness } from './fairness/fairness.ts';
import { Healer } from './healing/healer.ts';
import { late } from './late.ts';
import { UnexpectedErrors } from './unexpected.ts';

/** What the parts need of the supervisor and of its pool. */
interface Surroundings {
  /** For judgements; times for people are by the clock on the wall. */
  readonly clock: AwakeClock;
  /** All workers that run now. */
  readonly live: ReadonlySet<WorkerProcess>;
  isStopping(): boolean;
  /** When the next workers are started, by `clock`. */
  nextStartsMs(): readonly number[];
  /** Replaces a sick worker. Resolves with undefined, or with why there is no other. */
  heal(worker: WorkerProcess, cause: HealedCause, collected: Promise<void>): Promise<string | undefined>;
  /** What the workers' settings say of the quarantine now. */
  quarantine(): QuarantineMode;
  /** How the last worker of a slot was replaced, as a step of an incident. */
  stepOf(slot: number): string;
  /** What all health indicators have found last. */
  health(): readonly IndicatorReport[];
}

export interface Parts {
  readonly sockets: SocketExchange;
  readonly incidents: IncidentLedger;
  readonly evidence: Evidence;
  readonly unexpected: UnexpectedErrors;
  readonly departure: Departure;
  readonly recovery: Recovery;
  readonly outages: Outages;
  readonly deaths: Deaths;
  readonly healer: Healer<WorkerProcess>;
  readonly scriptMetrics: ScriptMetricsGatherer<WorkerProcess>;
  readonly quarantines: Quarantines<WorkerProcess>;
  readonly fairness: Fairness<WorkerProcess>;
  /** See {@link drillsOf}. */
  readonly openDrills: () => Promise<Drills>;
  readonly shapes: ShapeRecordings;
}

export function createParts(config: SupervisorConfig, around: Surroundings): Parts {
  const { log, supervisor } = config;
  const { isStopping } = around;
  const nowMs = (): number => around.clock.nowMs();
  const wallMs = (): number => Date.now();
  const sockets = new SocketExchange(supervisor.listeningCopies, isSticky(supervisor), log, nowMs);
  const incidents = new IncidentLedger(wallMs);
  const evidence = new Evidence({
    incidents: supervisor.incidents,
    log,
    nowMs: wallMs,
    redact: processRedaction().redact,
    probes: async () =>
      around.health().map(({ name, status, durationMs, error }) => ({
        name,
        status,
        tookMs: durationMs,
        detail: error,
      })),
  });
  incidents.subscribe((incident) => evidence.note(incident));
  if (config.onIncident !== undefined) incidents.subscribe(config.onIncident);
  const recovery = new Recovery({ ledger: incidents, nowMs: wallMs, stepOf: (slot) => around.stepOf(slot) });
  const quarantines = new Quarantines<WorkerProcess>({
    mode: () => around.quarantine(),
    log,
    live: around.live,
    remark: (slot, what) => recovery.remark(slot, what),
    nowMs,
  });
  return {
    sockets,
    incidents,
    evidence,
    recovery,
    quarantines,
    fairness: new Fairness({ log, live: around.live, exchangeRates: config.exchangeRates, nowMs }),
    unexpected: new UnexpectedErrors({ log, incidents, nowMs }),
    departure: new Departure({ waitMs: supervisor.balancer.waitMs, log, nowMs: () => performance.now() }),
    outages: new Outages({
      log,
      workers: around.live,
      nowMs,
      nextStartsMs: () => around.nextStartsMs(),
      sockets,
      recovery,
      shedResponse: config.settings.admission.shedResponse,
    }),
    scriptMetrics: new ScriptMetricsGatherer(around.live, log),
    openDrills: drillsOf(config, around.live),
    shapes: new ShapeRecordings(around.live),
    deaths: new Deaths({
      log,
      ledger: incidents,
      recovery,
      isStopping,
      onDeath: (worker, cause) => quarantines.blame(worker, cause),
    }),
    healer: new Healer({
      detect: supervisor.detect,
      log,
      nowMs,
      drainTimeoutMs: supervisor.drainTimeoutMs,
      incidents,
      recovery,
      replace: async (worker, cause, collected) => around.heal(worker, cause, collected),
      collect: async (worker, incident) => evidence.collect(worker, incident),
      onReplaced: (worker, cause) => quarantines.blame(worker, cause),
      onWarning: (worker, cause) => evidence.prepare(worker, cause),
      investigate: async (worker) => (await late.rounds()).investigate(worker),
      whereInKernel: async (worker) => (await late.rounds()).whereInKernel(worker),
    }),
  };
}
