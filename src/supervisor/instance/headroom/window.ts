/** What the workers of an instance did in some seconds of ordinary traffic. Figures are of one worker: their mean. */
export interface Window {
  /** Requests completed a second. */
  readonly rps: number;
  /** Of them, those of each route. */
  readonly routes: ReadonlyMap<string, RouteRate>;
  /** Requests shed a second. */
  readonly shedRps: number;
  /** Share of the time in which the event loop was busy. */
  readonly busy: number;
  /** Cores used: also by threads for cryptography, compression and garbage. */
  readonly cores: number;
  /** Requests in flight over their limit. */
  readonly limitUse: number;
  /** How many workers it is the mean of. */
  readonly workers: number;
  readonly seconds: number;
}

export interface RouteRate {
  /** Requests completed a second. */
  readonly rps: number;
  /** Mean of what they took, in seconds. */
  readonly latencySeconds: number;
}

/** Routes that are distinguished in an estimate; what is left is one more, named `''`. */
const MAX_ROUTES = 5;

/** Routes that a window keeps: which of them have most requests is known only later. */
const MAX_KEPT_ROUTES = 20;

/** The routes of a window with the most requests, and those that are left as one. */
export function fewRoutes(routes: ReadonlyMap<string, RouteRate>): ReadonlyMap<string, RouteRate> {
  if (routes.size <= MAX_KEPT_ROUTES) return routes;
  const sorted = [...routes].toSorted(([, a], [, b]) => b.rps - a.rps);
  const left = sorted.slice(MAX_KEPT_ROUTES).map(([, route]) => route);
  const rps = sum(left.map((route) => route.rps));
  const latencySeconds = sum(left.map((route) => route.rps * route.latencySeconds)) / rps;
  return new Map([...sorted.slice(0, MAX_KEPT_ROUTES), ['', { rps, latencySeconds }]]);
}

/** The routes with most requests, and `''` for the others together. */
export function mainRoutes(windows: readonly Window[]): readonly string[] {
  const totals = new Map<string, number>();
  for (const { routes } of windows) {
    for (const [route, { rps }] of routes) totals.set(route, (totals.get(route) ?? 0) + rps);
  }
  const hasOthers = totals.delete('') || totals.size > MAX_ROUTES;
  const sorted = [...totals].toSorted(([, a], [, b]) => b - a).map(([route]) => route);
  return hasOthers ? [...sorted.slice(0, MAX_ROUTES), ''] : sorted;
}

/** What a window completed a second of each of the routes, in their order. */
export function ratesOf({ routes, rps }: Window, names: readonly string[]): number[] {
  const rates = names.map((name) => routes.get(name)?.rps ?? 0);
  const others = names.indexOf('');
  if (others !== -1) rates[others] = Math.max(0, rps - sum(rates) + (rates[others] ?? 0));
  return rates;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
