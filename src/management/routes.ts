import type { IncomingHttpHeaders } from 'node:http';
import type { Log, Supervisor, SupervisorStatus } from '../supervisor/index.ts';
import type { Redact } from '../core/redact.ts';
import { utilization } from '../telemetry/utilization.ts';
import { type Answer, json, refusal, type Streamed } from './answer.ts';
import { CAPTURE_ROUTES } from './captures.ts';
import type { Console } from './console/index.ts';
import { DRILL_ROUTES } from './drills.ts';
import { componentAt, instanceHealth } from './health.ts';
import { withHiddenPeers } from './hidden-peers.ts';
import { listIncidents, showIncident, showReport } from './incidents.ts';
import { ownFigures } from './own-figures.ts';
import { QUARANTINE_ROUTES } from './quarantine.ts';
import { restart } from './restart.ts';
import { type ReusedAnswers, versionOf } from './reused-answers.ts';
import { publicStatus, statusWithoutSecrets } from './shown-status.ts';
import { SHAPE_ROUTES } from './shapes.ts';
import type { Startup } from './startup.ts';

export interface RouteContext {
  readonly supervisor: Pick<
    Supervisor,
    | 'status'
    | 'history'
    | 'drain'
    | 'restart'
    | 'setDryRun'
    | 'releaseQuarantine'
    | 'capture'
    | 'scriptMetrics'
    | 'drills'
    | 'shapes'
  >;
  readonly log: Log;
  readonly version: string;
  /** What the script measures by itself is shown among the metrics. */
  readonly showsScriptMetrics: boolean;
  readonly nowMs: number;
  /** What was asked for, without what follows the `?`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** What follows the `?` of what was asked for. */
  readonly query: URLSearchParams;
  /** Where incidents are kept; undefined when they aren't. */
  readonly incidentsDirectory: string | undefined;
  /** The caller may see everything; see access.ts. */
  readonly isAuthenticated: boolean;
  /** The caller may name a script to run; see access.ts. */
  readonly mayRunCode: boolean;
  /** Loads it. */
  readonly console: () => Promise<Console>;
  readonly reused: ReusedAnswers;
  readonly startup: Startup;
  /** The body of the request. Rejects with a text when it is too long, or the client has gone. */
  readonly body: () => Promise<string>;
  readonly redact: Redact;
}

export type Method = 'GET' | 'POST';

export interface Route {
  /** For the index at `/`. */
  readonly about: string;
  readonly method: Method;
  /** A POST is for authenticated callers anyway. Default: for everybody who reaches the port. */
  readonly access?: 'authenticated';
  /** @param id What the path has in the place of `:id`; empty otherwise. */
  readonly answer: (context: RouteContext, id: string) => Answer | Streamed | Promise<Answer | Streamed>;
}

/** By path; `:id` stands for a segment of anything, `:component` for one or more. */
export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/', { method: 'GET', about: 'the console for browsers, this list for programs', answer: index }],
  ['/health', { method: 'GET', about: 'is the instance healthy', answer: health }],
  ['/health/live', { method: 'GET', about: 'is the supervisor alive', answer: health }],
  ['/health/ready', { method: 'GET', about: 'should requests come here', answer: health }],
  ['/health/startup', { method: 'GET', about: 'has the instance started', answer: health }],
  [
    '/health/:id',
    { method: 'GET', about: 'is a group of indicators, or one of them, healthy', answer: health },
  ],
  ['/health/:id/:component', { method: 'GET', about: 'is one component of a group healthy', answer: health }],
  [
    '/metrics',
    { method: 'GET', about: 'metrics as Prometheus text, or OpenMetrics when asked for', answer: metrics },
  ],
  ['/status', { method: 'GET', about: 'workers, sockets and counters', answer: status }],
  [
    '/incidents',
    { method: 'GET', about: 'incidents, newest first', access: 'authenticated', answer: listIncidents },
  ],
  ['/incidents/:id', { method: 'GET', about: 'one of them', access: 'authenticated', answer: showIncident }],
  [
    '/incidents/:id/report.html',
    { method: 'GET', about: 'its report', access: 'authenticated', answer: showReport },
  ],
  [
    '/incidents/:id/ticket',
    { method: 'POST', about: 'a link to its report that works once, for a browser', answer: ticket },
  ],
  ['/events', { method: 'GET', about: 'an hour of curves, then live: server-sent events', answer: events }],
  [
    '/console/:id',
    {
      method: 'GET',
      about: 'parts of the console',
      answer: part,
    },
  ],
  ['/drain', { method: 'POST', about: 'leave the load balancer, keep serving', answer: drain }],
  [
    '/admission/dry-run',
    { method: 'POST', about: 'refuse nothing, count what would be', answer: dryRun(true) },
  ],
  ['/admission/enforce', { method: 'POST', about: 'refuse again', answer: dryRun(false) }],
  [
    '/restart',
    {
      method: 'POST',
      about: 'replace every worker, one after the other; {"script": "/path"} for another version',
      answer: restart,
    },
  ],
  ...QUARANTINE_ROUTES,
  ...CAPTURE_ROUTES,
  ...DRILL_ROUTES,
  ...SHAPE_ROUTES,
]);

/** The route that a path belongs to, and the id in it. */
export function findRoute(path: string): { readonly route: Route; readonly id: string } | undefined {
  const exact = path.includes(':') ? undefined : ROUTES.get(path);
  if (exact !== undefined) return { route: exact, id: '' };
  const [, before, id, after = ''] = /^(\/[^/]+)\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  const route =
    ROUTES.get(`${before}/:id${after}`) ??
    (after === '' ? undefined : ROUTES.get(`${before}/:id/:component`));
  return route === undefined || id === undefined ? undefined : { route, id };
}

async function index({ version, headers, console }: RouteContext): Promise<Answer> {
  if (headers.accept?.includes('text/html') === true) {
    return (await console()).page(headers['accept-encoding']);
  }
  const endpoints = [...ROUTES].map(([path, { method, about }]) => [`${method} ${path}`, about]);
  return json(200, { name: 'respite', version, endpoints: Object.fromEntries(endpoints) });
}

async function part({ headers, console }: RouteContext, name: string): Promise<Answer> {
  return (await console()).part(name, headers['accept-encoding']);
}

async function events({ headers, isAuthenticated, console }: RouteContext): Promise<Answer | Streamed> {
  const id = headers['last-event-id'];
  const lastEventId = typeof id === 'string' ? id : undefined;
  return (await console()).events({ lastEventId, isAuthenticated });
}

async function ticket({ path, nowMs, console }: RouteContext): Promise<Answer> {
  return (await console()).ticket(path.replace(/ticket$/, 'report.html'), nowMs);
}

/** `/health/<group>/<component>/…`; without a group of that name the component is one of all. */
function health({ supervisor, isAuthenticated, path, startup }: RouteContext): Answer {
  const now = supervisor.status();
  const started = startup.look(now, isAuthenticated);
  const [group, ...names] = path.split('/').slice(2);
  const verdict = group === 'startup' ? started : instanceHealth(now, group, isAuthenticated);
  const whole = verdict ?? instanceHealth(now, undefined, isAuthenticated);
  const found = whole && componentAt(whole, verdict === undefined ? [group ?? '', ...names] : names);
  if (found === undefined) return refusal(404, 'no health indicator or group has that name');
  return json(found.status === 'UP' ? 200 : 503, found);
}

async function metrics({
  supervisor,
  headers,
  reused,
  version,
  showsScriptMetrics,
  isAuthenticated,
}: RouteContext): Promise<Answer> {
  const { chooseFormat, CONTENT_TYPES, renderMetrics } = await import('../telemetry/index.ts');
  const { readFigures } = await import('../supervisor/detect/probes/figures.ts');
  const format = chooseFormat(headers.accept);
  const now = supervisor.status();
  const kind = isAuthenticated ? 'metrics' : 'public metrics';
  return reused.get(`${kind} ${format}`, versionOf(now), async () => {
    const script = showsScriptMetrics ? await supervisor.scriptMetrics() : undefined;
    const machine = await readFigures(now);
    const counted = isAuthenticated ? supervisor.status() : withHiddenPeers(supervisor.status());
    const snapshot = { ...counted, machine, script, supervisor: ownFigures(version) };
    return {
      status: 200,
      body: Buffer.from(renderMetrics(snapshot, format)),
      headers: { 'Content-Type': CONTENT_TYPES[format], Vary: 'Accept' },
    };
  });
}

async function status(context: RouteContext): Promise<Answer> {
  const { supervisor, isAuthenticated, reused, redact } = context;
  const now = supervisor.status();
  const kind = isAuthenticated ? 'status' : 'public status';
  return reused.get(kind, versionOf(now), async () =>
    renderStatus(isAuthenticated ? statusWithoutSecrets(now, redact) : publicStatus(now), context),
  );
}

function renderStatus(now: SupervisorStatus, { version, nowMs }: RouteContext): Answer {
  const withUptime = <T extends { readonly startedAtMs: number }>(
    what: T,
  ): T & { uptimeSeconds: number } => ({
    ...what,
    uptimeSeconds: Math.max(0, nowMs - what.startedAtMs) / 1000,
  });
  const { value, fullest, resources } = utilization(now) ?? {};
  const rendered = json(200, {
    version,
    ...withUptime(now),
    utilization: value,
    fullestResource: fullest,
    resourceUtilization: resources,
    workers: now.workers.map(withUptime),
  });
  return { ...rendered, body: Buffer.from(rendered.body) };
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
