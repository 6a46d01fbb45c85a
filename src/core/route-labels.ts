// Which routes are labels of their own. A monitoring system pays for each label as long as it keeps data, and a caller or a framework could make
// more of them than anybody can pay for.

/** Routes that are labels of their own; those seen later share {@link OTHER_ROUTE}. */
export const MAX_ROUTES = 200;

/**
 * The label that the others share: OpenTelemetry's word, in its semantic conventions, for a value that is none of the known ones.
 * Its SDKs fold a whole series into `otel.metric.overflow` instead, which loses method and status with the route.
 */
export const OTHER_ROUTE = '_OTHER';

/** Patterns are written by people; what is longer was not, and is cut. */
const LONGEST_LABEL = 256;

/** Gives each route its label, the same one each time. Bounded, whatever it is asked for. */
export class RouteLabels {
  readonly #known = new Map<string, string>();
  #isFolding = false;

  /** A route has been folded into {@link OTHER_ROUTE}. */
  get isFolding(): boolean {
    return this.#isFolding;
  }

  /** @param route Empty for requests of an unknown route: that is a label too, and costs no place. */
  of(route: string): string {
    if (route === '' || route === OTHER_ROUTE) return route;
    const known = this.#known.get(route);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_ROUTES) {
      this.#isFolding = true;
      return OTHER_ROUTE;
    }
    const label = route.length > LONGEST_LABEL ? `${route.slice(0, LONGEST_LABEL)}…` : route;
    this.#known.set(route, label);
    return label;
  }
}
