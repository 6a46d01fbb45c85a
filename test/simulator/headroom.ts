// A worker under traffic that comes and goes: what headroom.test.ts measures the estimate of its capacity on.
import type { RouteRate, Window } from '../../src/supervisor/instance/headroom/window.ts';
import { exponential } from './random.ts';

export interface RouteLoad {
  readonly name: string;
  /** Share of the requests, at a time from 0 to 1. */
  readonly share: (at: number) => number;
  /** Of the event loop, before and after what it waits for, in ms. */
  readonly cpuMs: number;
  /** In the pool, in ms; 0 for none. */
  readonly poolMs: number;
}

export interface Traffic {
  readonly routes: readonly RouteLoad[];
  /** Slots of the pool. */
  readonly slots: number;
  /** Requests a second, at a time from 0 to 1. */
  readonly rate: (at: number) => number;
  readonly seconds: number;
  /** Squared coefficient of variation of processing times: 0 equal, 1 exponential. */
  readonly variability?: 0 | 1;
}

const WINDOW_SECONDS = 10;

/** Share of the time that the event loop is busy without requests. */
const IDLE_BUSY = 0.01;

interface Job {
  readonly route: RouteLoad;
  readonly arrivedMs: number;
  /** 0: before the pool, 1: after it. */
  part: number;
}

interface Event {
  readonly atMs: number;
  readonly run: () => void;
}

/** @returns A window for each ten seconds. */
export function traffic(
  { routes, slots, rate, seconds, variability = 1 }: Traffic,
  random: () => number,
): Window[] {
  const takes = (meanMs: number): number => (variability === 0 ? meanMs : exponential(random, meanMs));
  const events = new Heap();
  const loop: Job[] = [];
  const line: Job[] = [];
  const windows = Array.from({ length: Math.ceil(seconds / WINDOW_SECONDS) }, () => ({
    busyMs: 0,
    routes: new Map<string, { count: number; ms: number }>(),
  }));
  const windowAt = (atMs: number) => windows[Math.floor(atMs / 1000 / WINDOW_SECONDS)];
  let isBusy = false;
  let used = 0;

  const runLoop = (nowMs: number): void => {
    const job = loop.shift();
    isBusy = job !== undefined;
    if (job === undefined) return;
    const tookMs = takes(job.route.cpuMs / (job.route.poolMs > 0 ? 2 : 1));
    const window = windowAt(nowMs);
    if (window !== undefined) window.busyMs += tookMs;
    events.push(nowMs + tookMs, () => {
      const endMs = nowMs + tookMs;
      if (job.part === 0 && job.route.poolMs > 0) {
        line.push(job);
        runPool(endMs);
      } else {
        const { count, ms } = windowAt(endMs)?.routes.get(job.route.name) ?? { count: 0, ms: 0 };
        windowAt(endMs)?.routes.set(job.route.name, { count: count + 1, ms: ms + endMs - job.arrivedMs });
      }
      runLoop(endMs);
    });
  };
  const enterLoop = (job: Job, nowMs: number): void => {
    loop.push(job);
    if (!isBusy) runLoop(nowMs);
  };
  const runPool = (nowMs: number): void => {
    while (used < slots && line.length > 0) {
      const job = line.shift();
      if (job === undefined) return;
      used += 1;
      const endMs = nowMs + takes(job.route.poolMs);
      events.push(endMs, () => {
        used -= 1;
        job.part = 1;
        enterLoop(job, endMs);
        runPool(endMs);
      });
    }
  };
  const arrive = (atMs: number): void => {
    if (atMs >= seconds * 1000) return;
    const at = atMs / 1000 / seconds;
    let left = random() * routes.reduce((total, route) => total + route.share(at), 0);
    const route = routes.find((each) => (left -= each.share(at)) < 0) ?? routes[0];
    if (route !== undefined) enterLoop({ route, arrivedMs: atMs, part: 0 }, atMs);
    const nextMs = atMs + exponential(random, 1000 / rate(at));
    events.push(nextMs, () => arrive(nextMs));
  };
  arrive(0);
  for (let event = events.pop(); event !== undefined; event = events.pop()) event.run();

  return windows.map((window): Window => {
    const busy = Math.min(
      1,
      IDLE_BUSY + (window.busyMs / 1000 / WINDOW_SECONDS) * (1 + 0.02 * (random() - 0.5)),
    );
    const rates = new Map<string, RouteRate>(
      [...window.routes].map(([name, { count, ms }]) => [
        name,
        { rps: count / WINDOW_SECONDS, latencySeconds: ms / count / 1000 },
      ]),
    );
    const rps = [...rates.values()].reduce((total, route) => total + route.rps, 0);
    return {
      rps,
      routes: rates,
      shedRps: 0,
      busy,
      cores: busy,
      limitUse: 0.1,
      workers: 1,
      seconds: WINDOW_SECONDS,
    };
  });
}

/** Requests a second at which the event loop, or the pool, is busy all the time. */
export function capacityOf({ routes, slots }: Traffic, at: number): number {
  const shares = routes.reduce((total, route) => total + route.share(at), 0);
  const each = (read: (route: RouteLoad) => number): number =>
    routes.reduce((total, route) => total + (route.share(at) / shares) * read(route), 0);
  return Math.min(1000 / each(({ cpuMs }) => cpuMs), (slots * 1000) / each(({ poolMs }) => poolMs));
}

class Heap {
  readonly #events: Event[] = [];

  push(atMs: number, run: () => void): void {
    const events = this.#events;
    let i = events.push({ atMs, run }) - 1;
    for (;;) {
      const parent = (i - 1) >> 1;
      const [a, b] = [events[i], events[parent]];
      if (i === 0 || a === undefined || b === undefined || b.atMs <= a.atMs) return;
      [events[i], events[parent]] = [b, a];
      i = parent;
    }
  }

  pop(): Event | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (events.length === 0 || last === undefined) return first;
    events[0] = last;
    for (let i = 0; ;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if ((events[child]?.atMs ?? Infinity) < (events[least]?.atMs ?? Infinity)) least = child;
      }
      const [a, b] = [events[i], events[least]];
      if (least === i || a === undefined || b === undefined) return first;
      [events[i], events[least]] = [b, a];
      i = least;
    }
  }
}
