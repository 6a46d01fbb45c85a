import type { Restarts } from '../workers/release/index.ts';
import { textOf } from '../workers/sockets/closed-servers.ts';
import type { HeadroomStatus } from './headroom/index.ts';
import type { Parts } from './parts.ts';
import type { WorkerPool } from './pool.ts';
import type { HealthSource, InstanceState, SupervisorStatus } from './status.ts';

interface Described {
  readonly state: InstanceState;
  readonly startedAtMs: number;
  readonly pool: WorkerPool;
  readonly parts: Pick<Parts, 'sockets' | 'outages' | 'incidents' | 'quarantines' | 'fairness'>;
  readonly restarts: Restarts;
  readonly health: HealthSource;
  readonly headroom: HeadroomStatus | undefined;
}

/** What management shows of an instance, gathered from its parts. */
export function describeInstance(instance: Described): SupervisorStatus {
  const { state, startedAtMs, pool, parts, restarts, health, headroom } = instance;
  return {
    state,
    script: pool.releases.current.script,
    startedAtMs,
    workersWanted: pool.slots.length,
    workers: pool.figures.statuses,
    sockets: parts.sockets.addresses.map((bound) =>
      bound.family === 'unix'
        ? { address: textOf(bound), port: 0, family: 'unix' }
        : { address: bound.address, port: bound.port, family: bound.family },
    ),
    restarts: { ...pool.figures.restarts },
    standby: pool.standbys.status,
    cutRequests: pool.figures.cutRequests,
    fallbackResponder: parts.outages.status,
    health: { readyShare: health.readyShare, indicators: health.reports() },
    restarting: restarts.isUnderWay,
    lastRestart: restarts.last,
    dryRun: pool.starts.dryRun,
    quarantine: parts.quarantines.status,
    fairness: parts.fairness.status,
    headroom,
    incidents: parts.incidents.recent,
    incidentCounts: parts.incidents.counts,
    // Health checks ask for a status too, and don't look at this.
    get totals() {
      return pool.figures.totals;
    },
  };
}
