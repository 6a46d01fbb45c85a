import { LENGTH_CLASSES } from './length-class.ts';

/** Maximum of keys, the first two included: what one estimate costs in memory and time is bounded, whatever routes there are. */
export const MAX_KEYS = 64;

/** Key of what the process does for no request. */
export const BACKGROUND = 0;

/** Key of the requests that came when all others were taken. */
export const OTHER = 1;

/** What the requests of a key have in common. */
export interface CostLabels {
  /** The pattern of the route; empty for requests that no pattern names. */
  readonly route: string;
  /** One of {@link LENGTH_CLASSES}. */
  readonly length: string;
}

/** Numbers the routes, each by the length class of its bodies: requests of a key are taken to cost the same. */
export class CostKeys {
  readonly #byRoute = new Map<string, Int16Array>();
  readonly labels: CostLabels[] = [
    { route: '', length: '' },
    { route: 'other', length: 'other' },
  ];

  /** @returns Keys by length class; 0 where there is none yet. The same array for each call: it can be kept. */
  of(route: string): Int16Array {
    let keys = this.#byRoute.get(route);
    if (keys === undefined) {
      keys = new Int16Array(LENGTH_CLASSES.length);
      if (this.labels.length < MAX_KEYS) this.#byRoute.set(route, keys);
    }
    return keys;
  }

  /** Gives the route and length class a key. @param keys As returned by {@link of} for the route. */
  add(keys: Int16Array, route: string, lengthClass: number): number {
    if (this.labels.length >= MAX_KEYS) return (keys[lengthClass] = OTHER);
    keys[lengthClass] = this.labels.push({ route, length: LENGTH_CLASSES[lengthClass] ?? '' }) - 1;
    return keys[lengthClass];
  }
}
