import type { AwakeClock } from '../../core/awake-clock.ts';
import type { ToSupervisor } from '../../worker/index.ts';
import type { SupervisorConfig } from './contract.ts';
import type { Deaths } from './healing/deaths.ts';
import type { Evidence } from '../incidents/evidence/index.ts';
import type { Fairness } from './fairness/fairness.ts';
import type { Healer } from './healing/healer.ts';
import type { Recovery } from '../incidents/recovery.ts';
import type { ParentRelay } from '../workers/process/parent-relay.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';
import type { SocketExchange } from '../workers/sockets/socket-exchange.ts';
import type { Outages } from '../outage/outages.ts';
import type { Quarantines } from '../quarantine/quarantines.ts';
import type { UnexpectedErrors } from './unexpected.ts';

/** Who has to do with workers, and what the supervisor wants to hear of them. */
export interface PoolConfig extends SupervisorConfig {
  readonly clock: AwakeClock;
  readonly sockets: SocketExchange;
  readonly relay: ParentRelay;
  readonly evidence: Evidence;
  readonly healer: Healer<WorkerProcess>;
  readonly deaths: Deaths;
  readonly outages: Outages;
  readonly recovery: Recovery;
  readonly unexpected: UnexpectedErrors;
  readonly quarantines: Quarantines<WorkerProcess>;
  readonly fairness: Fairness<WorkerProcess>;
  /** Those that run now. Only the pool changes it. */
  readonly live: Set<WorkerProcess>;
  readonly isStopping: () => boolean;
  /** Once. */
  readonly onFirstReady: () => void;
  /** A worker has told something of itself. */
  readonly onMessage: (worker: WorkerProcess, message: ToSupervisor) => void;
  /** The first worker has ended before it listened. @param failure Resolves soon, with undefined when it ended well. */
  readonly onFailedStart: (failure: Promise<string | undefined>) => void;
  /** No process is left, and none will come. */
  readonly onEmpty: () => void;
}
