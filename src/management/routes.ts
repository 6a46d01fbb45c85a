import type { IndicatorReport } from '../core/health-link.ts';
import type { Log, Supervisor } from '../supervisor/index.ts';
import { type Answer, json, refusal } from './answer.ts';
import { CAPTURE_ROUTES } from './captures.ts';
import { instanceHealth } from './health.ts';

export interface RouteContext {
  readonly supervisor: Pick<Supervisor, 'status' | 'drain' | 'restart' | 'setDryRun' | 'capture'>;
  readonly log: Log;
  readonly version: string;
  readonly nowMs: number;
  /** Whoever asks may see what an outsider should not. */
  readonly entitled: boolean;
  /** What follows the `?` of what was asked for. */
  readonly query: URLSearchParams;
}

export type Method = 'GET' | 'POST';

export interface Route {
  /** For the index at `/`. */
  readonly about: string;
  readonly method: Method;
  readonly answer: (context: RouteContext) => Answer | Promise<Answer>;
}

export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/', { method: 'GET', about: 'this list', answer: index }],
  ['/health', { method: 'GET', about: 'is the instance well', answer: health(undefined) }],
  ['/health/live', { method: 'GET', about: 'is the supervisor alive', answer: health('live') }],
  ['/health/ready', { method: 'GET', about: 'should requests come here', answer: health('ready') }],
  ['/metrics', { method: 'GET', about: 'metrics in Prometheus text format', answer: metrics }],
  ['/status', { method: 'GET', about: 'workers, sockets and counters', answer: status }],
  ['/drain', { method: 'POST', about: 'leave the load balancer, keep serving', answer: drain }],
  [
    '/admission/dry-run',
    { method: 'POST', about: 'refuse nothing, count what would be', answer: dryRun(true) },
  ],
  ['/admission/enforce', { method: 'POST', about: 'refuse again', answer: dryRun(false) }],
  ['/restart', { method: 'POST', about: 'replace every worker, one after the other', answer: restart }],
  ...CAPTURE_ROUTES,
]);

const HEALTH_GROUP = /^\/health\/([\w-]+)$/;

/** What answers on a path; undefined when nothing does. */
export function findRoute(path: string): Route | undefined {
  const found = ROUTES.get(path);
  const group = HEALTH_GROUP.exec(path)?.[1];
  return found ?? (group === undefined ? undefined : { ...GROUP_ROUTE, answer: health(group) });
}

const GROUP_ROUTE = { method: 'GET', about: 'is a group of indicators well' } as const;

function index({ version }: RouteContext): Answer {
  const endpoints = [...ROUTES].map(([path, { method, about }]) => [`${method} ${path}`, about]);
  endpoints.push([`${GROUP_ROUTE.method} /health/<group>`, GROUP_ROUTE.about]);
  return json(200, { name: 'respite', version, endpoints: Object.fromEntries(endpoints) });
}

function health(group: string | undefined): Route['answer'] {
  return ({ supervisor, entitled }) => {
    const verdict = instanceHealth(supervisor.status(), group, entitled);
    if (verdict === undefined) return refusal(404, 'no health indicator is in a group of that name');
    return json(verdict.status === 'UP' ? 200 : 503, verdict);
  };
}

async function metrics({ supervisor }: RouteContext): Promise<Answer> {
  // prom-client costs 40 ms to load: at the first scrape, not at the start of the server.
  const { renderPrometheus } = await import('../telemetry/index.ts');
  return {
    status: 200,
    body: await renderPrometheus(supervisor.status()),
    headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
  };
}

function status({ supervisor, version, nowMs, entitled }: RouteContext): Answer {
  const now = supervisor.status();
  const shown = (reports: readonly IndicatorReport[]): readonly Partial<IndicatorReport>[] =>
    entitled ? reports : reports.map(({ name, status: word }) => ({ name, status: word }));
  const withUptime = <T extends { readonly startedAtMs: number }>(
    what: T,
  ): T & { uptimeSeconds: number } => ({
    ...what,
    uptimeSeconds: Math.max(0, nowMs - what.startedAtMs) / 1000,
  });
  const workers = now.workers.map((worker) =>
    Object.assign(withUptime(worker), { health: shown(worker.health) }),
  );
  return json(200, {
    version,
    ...withUptime(now),
    health: { ...now.health, indicators: shown(now.health.indicators) },
    workers,
  });
}

function drain({ supervisor, log }: RouteContext): Answer {
  log.info({}, 'draining, asked on the management port');
  supervisor.drain();
  return json(202, { state: supervisor.status().state });
}

function dryRun(on: boolean): Route['answer'] {
  return ({ supervisor }) => {
    supervisor.setDryRun(on);
    return json(200, { dryRun: supervisor.status().dryRun });
  };
}

function restart({ supervisor, log }: RouteContext): Answer {
  const { restarting, state } = supervisor.status();
  if (restarting) return refusal(409, 'a rolling restart is already under way');
  if (state === 'stopping') return refusal(409, 'the instance is stopping');
  log.info({}, 'rolling restart, asked on the management port');
  supervisor.restart().catch((error: unknown) => {
    log.error({ err: error }, 'the rolling restart failed');
  });
  return json(202, { restarting: true });
}
