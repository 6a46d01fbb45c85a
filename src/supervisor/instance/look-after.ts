// What goes on beside the workers while they serve. Loads all that is needed when something happens, so that it is there also when the
// package is being replaced underneath.
import type { IndicatorReport } from '../../core/health-link.ts';
import '../detect/canary/index.ts';
import '../detect/crash/classify.ts';
import '../detect/crash/kernel-kills.ts';
import type { ResolvedDetectOptions } from '../detect/detectors/index.ts';
import '../incidents/evidence/keeper.ts';
import '../incidents/evidence/on-demand.ts';
import type { Healer } from './healing/healer.ts';
import { Rounds } from './healing/rounds.ts';
import type { InstanceMeasure } from './history/index.ts';
import type { History } from '../../core/history.ts';
import { recordHistory } from './history/record.ts';
import type { WorkerPool } from './pool.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';
import '../../core/redact.ts';
import type { SocketExchange } from '../workers/sockets/socket-exchange.ts';
import '../outage/index.ts';

interface Surroundings {
  readonly detect: ResolvedDetectOptions;
  readonly healer: Healer<WorkerProcess>;
  readonly pool: WorkerPool;
  readonly sockets: SocketExchange;
  readonly health: () => readonly IndicatorReport[];
  readonly fallbackAnswered: () => number;
  readonly ended: Promise<unknown>;
}

/** Looks at workers and machine once a second until everything has ended. @returns What is remembered of the last hour. */
export function lookAfter(around: Surroundings): History<InstanceMeasure> {
  const { detect, healer, pool, sockets, health, fallbackAnswered, ended } = around;
  const rounds = new Rounds<WorkerProcess>({
    detect,
    healer,
    workers: () => pool.figures.serving,
    closedServers: (worker) => sockets.closedBy(worker),
    health,
  });
  rounds.start();
  void ended.then(() => rounds.stop());
  return recordHistory(
    () => ({ workers: pool.figures.statuses, fallbackAnswered: fallbackAnswered() }),
    ended,
  );
}
