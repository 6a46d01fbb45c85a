import { randomInt } from 'node:crypto';
import type { LoadOptions, LoadResult } from './contract.ts';
import type { Report } from './generator/messages.ts';
import { durationOf, type Plan, type PlannedKind, type Segment } from './generator/plan.ts';
import { arrivalsOf, assertFilled, pathOf } from './shape/played.ts';
import { type ResolvedLoadOptions, resolveLoadOptions } from './options.ts';
import type { ResolvedLikeOptions } from './shape/options.ts';
import { Collector } from './result/collector.ts';
import { targetOf } from './target.ts';
import { Threads } from './threads.ts';
import { unreachable } from './unreachable.ts';

/**
 * Sends requests at a given rate, whatever becomes of those before (open loop), and measures from when each was due. The generator runs in
 * threads of its own, so the server may run in this process.
 *
 * Rejects with a `RespiteError`: `RESPITE_OPTIONS_INVALID`, `RESPITE_LOAD_TARGET` for another machine without `ownsTarget`,
 * `RESPITE_LOAD_PARAMETERS` when nothing fills a parameter of a recorded route,
 * `RESPITE_LOAD_UNREACHABLE` when no connection can be opened. Requests that fail later are counted, and reject nothing.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { load } from 'respite/load';
 *
 * const { latency, good, offered } = await load({ url: 'http://127.0.0.1:3000/', rate: 200 });
 * assert.ok(latency.p99Ms <= 50 && good / offered >= 0.99);
 * ```
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const resolved = resolveLoadOptions(options);
  const { signal, threads: count, maxLagMs, onProgress } = resolved;
  const plan = await planOf(resolved);
  const collector = new Collector(count);
  const outcome = new Outcome();
  let ready = 0;
  let startedAtMs = Date.now();
  let shownSeconds = 0;
  /** Without those of which most requests are in flight. */
  const showSeconds = (until: number): void => {
    if (onProgress === undefined) return;
    try {
      for (; shownSeconds < until; shownSeconds += 1) onProgress(collector.second(shownSeconds));
    } catch (error) {
      outcome.fail(error);
      threads.stop();
    }
  };
  const onReport = (part: number, report: Report): void => {
    switch (report.type) {
      case 'ready':
        ready += 1;
        if (ready < count || outcome.hasFailed || signal?.aborted === true) break;
        startedAtMs = Date.now();
        threads.start();
        break;
      case 'unreachable':
        outcome.fail(unreachable(resolved.url, resolved.protocol, report));
        threads.stop();
        break;
      case 'seconds':
        collector.addSeconds(part, report.elapsedMs, report.seconds);
        showSeconds(collector.fullSeconds - 1);
        break;
      case 'done':
        collector.addDone(part, report.tally, report.stats);
        break;
      default:
        report satisfies never;
    }
  };
  const threads = new Threads(plan, count, onReport);
  let stoppedAtMs = Infinity;
  const stop = (): void => {
    stoppedAtMs = Date.now();
    threads.stop();
  };
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await threads.ended();
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  outcome.throwIfFailed();
  const durationMs = Math.max(0, Math.min(durationOf(plan), stoppedAtMs - startedAtMs));
  const result = collector.result({
    url: resolved.url.href,
    seed: plan.seed,
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs,
    deadlineMs: plan.deadlineMs,
    maxLagMs,
  });
  showSeconds(result.seconds.length);
  outcome.throwIfFailed();
  return result;
}

/** The first failure is the one that counts. */
class Outcome {
  #failure: { readonly error: unknown } | undefined;

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

export async function planOf(options: ResolvedLoadOptions): Promise<Plan> {
  const { url, insecure, ownsTarget, slowReaders, retries, like } = options;
  if (like !== undefined) assertFilled(like.shape.routes, like.parameters);
  return {
    target: await targetOf(url, insecure, ownsTarget),
    segments: segmentsOf(options),
    arrivals: like && arrivalsOf(like),
    kinds: like === undefined ? kindsOf(options) : recordedKinds(options, like),
    protocol: options.protocol,
    connections: options.connections,
    newConnections: options.newConnections,
    slowShare: slowReaders.share,
    slowBytesPerSecond: slowReaders.bytesPerSecond,
    obeyShare: retries.obey,
    ignoreShare: retries.ignore,
    deadlineMs: options.deadlineMs,
    timeoutMs: options.timeoutMs,
    seed: options.seed ?? randomInt(2 ** 32),
  };
}

const DEFAULT_MS = 10_000;

function segmentsOf({ rate, durationMs: given, like }: ResolvedLoadOptions): readonly Segment[] {
  if (like !== undefined) {
    const { shape, speed } = like;
    const mean = (1000 * speed * shape.atMs.length) / shape.durationMs;
    return [{ durationMs: given ?? shape.durationMs / speed, from: mean, to: mean }];
  }
  const durationMs = given ?? DEFAULT_MS;
  if (typeof rate === 'number') return [{ durationMs, from: rate, to: rate }];
  if ('from' in rate) return [{ durationMs, from: rate.from, to: rate.to }];
  return rate.map((each) => ({ durationMs: durationMs / rate.length, from: each, to: each }));
}

function kindsOf({ mix, headers: common, url }: ResolvedLoadOptions): readonly PlannedKind[] {
  return mix.map(({ weight, method, path = url.pathname + url.search, headers, body }) => ({
    name: `${method} ${path}`,
    weight,
    method,
    path,
    headers: { ...lowerCase(common), ...lowerCase(headers) },
    body:
      typeof body === 'number'
        ? Buffer.alloc(body, 'x')
        : typeof body === 'string'
          ? Buffer.from(body)
          : body,
  }));
}

function recordedKinds(
  { headers, url }: ResolvedLoadOptions,
  { shape, parameters }: ResolvedLikeOptions,
): readonly PlannedKind[] {
  return shape.routes.map(({ method, route }) => ({
    name: `${method} ${route}`,
    weight: 1,
    method,
    path: '/',
    variable: pathOf(route, parameters, url.pathname + url.search),
    headers: lowerCase(headers),
    body: undefined,
  }));
}

function lowerCase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
