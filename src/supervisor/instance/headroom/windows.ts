import type { WorkerSample } from '../../../worker/index.ts';
import type { WorkerStatus } from '../../workers/status.ts';
import { fewRoutes, type RouteRate, type Window } from './window.ts';

/** The counters of a worker at one moment. */
interface Counted {
  readonly atMs: number;
  readonly activeSeconds: number;
  readonly idleSeconds: number;
  readonly cpuSeconds: number;
  readonly shed: number;
  readonly routes: ReadonlyMap<string, Route>;
}

interface Route {
  readonly count: number;
  readonly seconds: number;
}

/** Answers of Respite's own, at once: they say nothing about what a request takes. */
const SHED_STATUSES: ReadonlySet<number> = new Set([429, 503]);

/** Shed because of what the request is, or since its caller waits no longer: no sign of a full server. */
const NOT_FULL: ReadonlySet<string> = new Set(['deadline', 'quarantine']);

/** Turns the counters of the workers into windows: what happened between two readings. */
export class Windows {
  #before: ReadonlyMap<number, Counted> = new Map();

  /**
   * To be called every few seconds.
   *
   * @returns What happened since the last call; undefined when no worker served all the time.
   */
  next(nowMs: number, workers: readonly WorkerStatus[]): Window | undefined {
    const now = new Map<number, Counted>();
    const parts: Window[] = [];
    for (const { id, state, sample, sampleAgeMs = 0 } of workers) {
      const counted =
        sample === undefined || state === 'draining' ? undefined : countersOf(sample, nowMs - sampleAgeMs);
      if (counted === undefined) continue;
      now.set(id, counted);
      const before = this.#before.get(id);
      if (before !== undefined && counted.atMs > before.atMs) parts.push(between(before, counted, sample));
    }
    this.#before = now;
    return parts.length === 0 ? undefined : meanOf(parts);
  }
}

function countersOf(
  { duration, admission, cpuSeconds, runtime }: WorkerSample,
  atMs: number,
): Counted | undefined {
  if (runtime === undefined) return undefined;
  const routes = new Map<string, Route>();
  for (const { method, route, status, counts, sumSeconds } of duration.series) {
    if (SHED_STATUSES.has(status)) continue;
    const name = `${method} ${route}`;
    const { count = 0, seconds = 0 } = routes.get(name) ?? {};
    routes.set(name, {
      count: counts.reduce((total, each) => total + each, count),
      seconds: seconds + sumSeconds,
    });
  }
  let shed = 0;
  for (const { decision, reason, count } of admission.requests) {
    if (decision === 'shed' && !NOT_FULL.has(reason)) shed += count;
  }
  const { eventLoopActiveSeconds: activeSeconds, eventLoopIdleSeconds: idleSeconds } = runtime;
  return { atMs, activeSeconds, idleSeconds, cpuSeconds, shed, routes };
}

function between(before: Counted, now: Counted, sample: WorkerSample | undefined): Window {
  const seconds = (now.atMs - before.atMs) / 1000;
  const active = now.activeSeconds - before.activeSeconds;
  const idle = now.idleSeconds - before.idleSeconds;
  const routes = new Map<string, RouteRate>();
  let rps = 0;
  for (const [name, { count, seconds: took }] of now.routes) {
    const old = before.routes.get(name) ?? { count: 0, seconds: 0 };
    const more = count - old.count;
    if (more <= 0) continue;
    rps += more / seconds;
    routes.set(name, { rps: more / seconds, latencySeconds: (took - old.seconds) / more });
  }
  const { inFlight = 0, limit = Infinity } = sample?.admission ?? {};
  return {
    rps,
    routes,
    shedRps: (now.shed - before.shed) / seconds,
    busy: active + idle > 0 ? active / (active + idle) : 0,
    cores: (now.cpuSeconds - before.cpuSeconds) / seconds,
    limitUse: inFlight / limit,
    workers: 1,
    seconds,
  };
}

function meanOf(parts: readonly Window[]): Window {
  const each = (read: (part: Window) => number): number =>
    parts.reduce((total, part) => total + read(part), 0) / parts.length;
  const routes = new Map<string, RouteRate>();
  for (const part of parts) {
    for (const [name, { rps, latencySeconds }] of part.routes) {
      const old = routes.get(name) ?? { rps: 0, latencySeconds: 0 };
      const total = old.rps + rps / parts.length;
      const weighted = old.rps * old.latencySeconds + (rps / parts.length) * latencySeconds;
      routes.set(name, { rps: total, latencySeconds: weighted / total });
    }
  }
  return {
    rps: each(({ rps }) => rps),
    routes: fewRoutes(routes),
    shedRps: each(({ shedRps }) => shedRps),
    busy: each(({ busy }) => busy),
    cores: each(({ cores }) => cores),
    limitUse: each(({ limitUse }) => limitUse),
    workers: parts.length,
    seconds: each(({ seconds }) => seconds),
  };
}
