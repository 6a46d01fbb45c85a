// What goes on beside the workers while they serve.
import { availableParallelism } from 'node:os';
import type { IndicatorReport } from '../../core/health-link.ts';
import type { Healer } from './healing/healer.ts';
import type { SupervisorConfig } from './contract.ts';
import { Headroom } from './headroom/index.ts';
import { Rounds } from './healing/rounds.ts';
import type { InstanceMeasure } from './history/index.ts';
import type { History } from '../../core/history.ts';
import { recordHistory } from './history/record.ts';
import type { WorkerPool } from './pool.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';
import type { SocketExchange } from '../workers/sockets/socket-exchange.ts';

interface Surroundings {
  readonly config: Pick<SupervisorConfig, 'supervisor'>;
  readonly healer: Healer<WorkerProcess>;
  readonly pool: WorkerPool;
  readonly sockets: SocketExchange;
  readonly health: () => readonly IndicatorReport[];
  readonly fallbackAnswered: () => number;
  readonly ended: Promise<unknown>;
}

/** What comes of it. */
export interface Observed {
  /** The last hour. */
  readonly history: History<InstanceMeasure>;
  readonly headroom: Headroom;
}

/** Looks at workers and machine once a second until everything has ended. */
export function lookAfter(around: Surroundings): Observed {
  const { config, healer, pool, sockets, health, fallbackAnswered, ended } = around;
  const rounds = new Rounds<WorkerProcess>({
    detect: config.supervisor.detect,
    healer,
    workers: () => pool.figures.serving,
    residents: () => pool.figures.all,
    closedServers: (worker) => sockets.closedBy(worker),
    health,
  });
  rounds.start();
  void ended.then(() => rounds.stop());
  const hasFixedLimit = (): boolean => pool.releases.current.settings.admission.limit !== 'adaptive';
  const headroom = new Headroom({ cores: availableParallelism(), hasFixedLimit });
  const history = recordHistory(
    () => ({ workers: pool.figures.statuses, fallbackAnswered: fallbackAnswered() }),
    ended,
    ({ workers }) => headroom.look(performance.now(), workers),
  );
  return { history, headroom };
}
