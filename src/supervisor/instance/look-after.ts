// What goes on beside the workers while they serve.
import type { IndicatorReport } from '../../core/health-link.ts';
import type { ResolvedDetectOptions } from '../detect/detectors/index.ts';
import type { Healer } from './healing/healer.ts';
import { Rounds } from './healing/rounds.ts';
import type { InstanceMeasure } from './history/index.ts';
import type { History } from '../../core/history.ts';
import { recordHistory } from './history/record.ts';
import type { WorkerPool } from './pool.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';
import type { SocketExchange } from '../workers/sockets/socket-exchange.ts';

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
