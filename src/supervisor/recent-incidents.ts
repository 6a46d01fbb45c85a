import type { Incident } from './incident.ts';

/** As many are kept to be shown. */
const MOST = 20;

/** The last incidents, each as it was last told of. */
export class RecentIncidents {
  readonly #incidents = new Map<string, Incident>();

  /** In the order in which they were opened. */
  get all(): readonly Incident[] {
    return [...this.#incidents.values()];
  }

  keep(incident: Incident): void {
    this.#incidents.set(incident.id, incident);
    const [oldest] = this.#incidents.keys();
    if (this.#incidents.size > MOST && oldest !== undefined) this.#incidents.delete(oldest);
  }
}
