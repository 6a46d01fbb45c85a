// Health in the shape of Spring Boot Actuator, which dashboards, load balancers and people already read.
import type { SupervisorStatus, WorkerStatus } from '../supervisor/index.ts';

/** `OUT_OF_SERVICE`: takes no requests, on purpose. `DOWN`: takes none, and that is a fault. */
export type HealthStatus = 'UP' | 'OUT_OF_SERVICE' | 'DOWN';

interface HealthComponent {
  readonly status: HealthStatus;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Health {
  readonly status: HealthStatus;
  readonly components: Readonly<Record<string, HealthComponent>>;
}

const BY_SEVERITY: readonly HealthStatus[] = ['DOWN', 'OUT_OF_SERVICE', 'UP'];

/** Is the whole instance well? Until there are health indicators this is readiness. */
export function overallHealth(status: SupervisorStatus): Health {
  return readiness(status);
}

/** Should new requests come here? Needs a running instance and one ready worker. */
export function readiness(status: SupervisorStatus): Health {
  return compose({ instance: instanceHealth(status), workers: workersHealth(status) });
}

/**
 * Should this instance be left alone, rather than replaced by whoever runs it? Blocked and dead workers are the
 * supervisor's own business, so it is alive for as long as it answers and has not been told to end.
 */
export function liveness({ state }: SupervisorStatus): Health {
  return compose({
    supervisor: { status: state === 'stopping' ? 'OUT_OF_SERVICE' : 'UP', details: { state } },
  });
}

function compose(components: Readonly<Record<string, HealthComponent>>): Health {
  const found = new Set(Object.values(components).map(({ status }) => status));
  return { status: BY_SEVERITY.find((status) => found.has(status)) ?? 'UP', components };
}

function instanceHealth({ state }: SupervisorStatus): HealthComponent {
  return { status: state === 'running' ? 'UP' : 'OUT_OF_SERVICE', details: { state } };
}

function workersHealth({ state, workers, workersWanted }: SupervisorStatus): HealthComponent {
  const count = (wanted: WorkerStatus['state']): number =>
    workers.filter((one) => one.state === wanted).length;
  const silent = workers.filter((one) => one.state === 'unresponsive');
  return {
    status: workersStatus(count('ready'), silent.length, state),
    details: {
      wanted: workersWanted,
      ready: count('ready'),
      starting: count('starting'),
      draining: count('draining'),
      unresponsive: silent.map(({ slot, pid, sampleAgeMs }) => ({ slot, pid, silentForMs: sampleAgeMs })),
    },
  };
}

function workersStatus(ready: number, silent: number, state: SupervisorStatus['state']): HealthStatus {
  if (ready > 0) return 'UP';
  return silent === 0 && state !== 'running' ? 'OUT_OF_SERVICE' : 'DOWN';
}
