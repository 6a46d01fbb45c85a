// The instance's health: its own state, its workers, and what indicators find, here and in the workers.
import type { HealthStatus, IndicatorReport } from '../core/health-link.ts';
import {
  type GroupHealth,
  groupHealth,
  groupStatus,
  type HealthComponent,
  inGroup,
  worstStatus,
} from '../health/group.ts';
import type { SupervisorStatus, WorkerStatus } from '../supervisor/index.ts';

/**
 * Finds a part of a group by its name, or by the names that lead to it: `['postgres']`, `['workers', '1', 'pool']`. Undefined when there
 * is none.
 */
export function componentAt(health: GroupHealth, names: readonly string[]): HealthComponent | undefined {
  let found: HealthComponent = health;
  for (const name of names) {
    const inner: HealthComponent['components'] = found.components;
    const next = inner !== undefined && Object.hasOwn(inner, name) ? inner[name] : undefined;
    if (next === undefined) return undefined;
    found = next;
  }
  return found;
}

/**
 * Is a group well: `ready`, `live`, `startup`, one of the user's own; or, undefined, everything? Undefined for a group without members.
 *
 * @param isAuthenticated The caller may see details.
 */
export function instanceHealth(
  status: SupervisorStatus,
  group: string | undefined,
  isAuthenticated: boolean,
): GroupHealth | undefined {
  const { indicators } = status.health;
  const own = ownComponents(status, group);
  const found = groupHealth(indicators, group, isAuthenticated);
  const components = { ...own, ...found.components };
  if (Object.keys(components).length === 0) return undefined;
  return {
    status: worstStatus([found.status, ...Object.values(own).map((component) => component.status)]),
    components: isAuthenticated ? components : withoutDetails(components),
  };
}

function ownComponents(
  status: SupervisorStatus,
  group: string | undefined,
): Readonly<Record<string, HealthComponent>> {
  const { state } = status;
  if (group === undefined || group === 'ready' || group === 'startup') {
    return {
      instance: { status: state === 'running' ? 'UP' : 'OUT_OF_SERVICE', details: { state } },
      workers: servingWorkers(status, group),
    };
  }
  const workers = reportingWorkers(status, group);
  const found = workers === undefined ? {} : { workers };
  // Blocked and dead workers are the supervisor's own business, so it is alive for as long as it answers and has not been
  // told to end.
  if (group === 'live')
    return {
      supervisor: { status: state === 'stopping' ? 'OUT_OF_SERVICE' : 'UP', details: { state } },
      ...found,
    };
  return found;
}

/** Are there workers enough that take requests? */
function servingWorkers(status: SupervisorStatus, group: string | undefined): HealthComponent {
  const { state, workers, workersWanted } = status;
  const judged = workers.map((worker) => {
    const reports = inGroup(knownOf(worker, workers), group);
    return { worker, reports, status: worker.state === 'ready' ? groupStatus(reports) : ('DOWN' as const) };
  });
  const count = (wanted: WorkerStatus['state']): number =>
    workers.filter((one) => one.state === wanted).length;
  const silent = workers.filter((one) => one.state === 'unresponsive');
  const needed = share(status, workersWanted);
  const found = nthBest(
    judged.map((one) => one.status),
    needed,
  );
  const isLeaving = found === 'DOWN' && silent.length === 0 && state !== 'running';
  const ready = judged.filter((one) => one.status === 'UP').length;
  return {
    status: isLeaving ? 'OUT_OF_SERVICE' : found,
    details: {
      wanted: workersWanted,
      needed,
      ready,
      starting: count('starting'),
      draining: count('draining'),
      unwell: count('ready') - ready,
      unresponsive: silent.map(({ slot, pid, sampleAgeMs }) => ({ slot, pid, silentForMs: sampleAgeMs })),
    },
    ...nested(judged),
  };
}

/** Workers that have indicators in a group; undefined when none has. */
function reportingWorkers(status: SupervisorStatus, group: string): HealthComponent | undefined {
  const { workers } = status;
  const judged = workers
    .filter(({ state }) => state === 'ready')
    .map((worker) => ({ worker, reports: inGroup(knownOf(worker, workers), group) }))
    .filter(({ reports }) => reports.length > 0);
  if (judged.length === 0) return undefined;
  const statuses = judged.map(({ reports }) => groupStatus(reports));
  return { status: nthBest(statuses, share(status, judged.length)), ...nested(judged) };
}

/** By slot; the newer of two workers in one. */
function nested(
  judged: readonly { readonly worker: WorkerStatus; readonly reports: readonly IndicatorReport[] }[],
): Pick<HealthComponent, 'components'> {
  const bySlot: Record<string, HealthComponent> = {};
  for (const { worker, reports } of judged) {
    if (reports.length > 0 && worker.state !== 'draining' && worker.state !== 'standby')
      bySlot[worker.slot] = groupHealth(reports, undefined, true);
  }
  return Object.keys(bySlot).length === 0 ? {} : { components: bySlot };
}

/** What a replacement has not checked yet is as its predecessor said last: a restart is no reason to be unready. */
function knownOf(worker: WorkerStatus, workers: readonly WorkerStatus[]): readonly IndicatorReport[] {
  if (worker.health.every(({ status }) => status !== 'UNKNOWN')) return worker.health;
  const before = workers.findLast(({ slot, id }) => slot === worker.slot && id < worker.id)?.health ?? [];
  return worker.health.map((report) =>
    report.status === 'UNKNOWN' ? (before.find(({ name }) => name === report.name) ?? report) : report,
  );
}

function share({ health }: SupervisorStatus, of: number): number {
  // Tenths are not exact: 0.1 of 30 is 3.
  return Math.max(1, Math.ceil(health.readyShare * of - 1e-9));
}

const BEST_FIRST: readonly HealthStatus[] = ['UP', 'UNKNOWN', 'OUT_OF_SERVICE', 'DOWN'];

/** What can be said of `needed` of them at best. */
function nthBest(statuses: readonly HealthStatus[], needed: number): HealthStatus {
  const sorted = statuses.toSorted((a, b) => BEST_FIRST.indexOf(a) - BEST_FIRST.indexOf(b));
  return sorted[needed - 1] ?? 'DOWN';
}

function withoutDetails(
  components: Readonly<Record<string, HealthComponent>>,
): Readonly<Record<string, HealthComponent>> {
  return Object.fromEntries(
    Object.entries(components).map(([name, { status, components: inner }]) => [
      name,
      inner === undefined ? { status } : { status, components: withoutDetails(inner) },
    ]),
  );
}
