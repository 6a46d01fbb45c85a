import type { Incident, SupervisorStatus } from '../../../supervisor/index.ts';
import { Recording } from '../alerts/recording.ts';
import type { Management } from './management.ts';

/** How often metrics are recorded, in ms. */
const SCRAPE_EVERY_MS = 2000;

/** What an instance says of itself while a drill runs: its state now, its incidents, and its metrics for the alert rules. */
export class Observer {
  readonly recording: Recording = new Recording();
  readonly #management: Management;
  readonly #nowMs: () => number;
  readonly #incidents = new Map<string, Incident>();
  readonly #known: ReadonlySet<string>;
  readonly #replacedBefore: number;
  #status: SupervisorStatus;
  #scrapedMs = -Infinity;

  /** @param status Incidents in it belong to the time before. */
  constructor(management: Management, status: SupervisorStatus, nowMs: () => number = Date.now) {
    this.#management = management;
    this.#status = status;
    this.#known = new Set(status.incidents.map(({ id }) => id));
    this.#replacedBefore = replacedIn(status);
    this.#nowMs = nowMs;
  }

  get status(): SupervisorStatus {
    return this.#status;
  }

  /** Those that have opened since the beginning, the oldest first. */
  get incidents(): readonly Incident[] {
    return [...this.#incidents.values()];
  }

  /** Workers that were replaced since the beginning, other than by a rolling restart. */
  get replaced(): number {
    return replacedIn(this.#status) - this.#replacedBefore;
  }

  /** Every worker is ready, and everything that was wrong is over. */
  get isCalm(): boolean {
    return isCalm(this.#status) && this.incidents.every(({ endedAtMs }) => endedAtMs !== undefined);
  }

  /** Looks once. An instance that does not answer is not calm, and that is recorded. */
  async look(): Promise<void> {
    try {
      this.#status = await this.#management.status();
      for (const incident of this.#status.incidents)
        if (!this.#known.has(incident.id)) this.#incidents.set(incident.id, incident);
    } catch {
      this.#status = { ...this.#status, workers: [] };
    }
    if (this.#nowMs() - this.#scrapedMs >= SCRAPE_EVERY_MS) await this.scrape();
  }

  async scrape(): Promise<void> {
    this.#scrapedMs = this.#nowMs();
    this.recording.add(await this.#management.metrics().catch(() => undefined), this.#scrapedMs);
  }
}

/** Whether nothing is wrong with an instance, and nothing is being changed. */
export function isCalm({
  state,
  workers,
  workersWanted,
  incidents,
  restarting,
  fallbackResponder,
}: SupervisorStatus): boolean {
  return (
    state === 'running' &&
    !restarting &&
    !fallbackResponder.isPresent &&
    workers.length === workersWanted &&
    workers.every((worker) => worker.state === 'ready') &&
    incidents.every(({ endedAtMs }) => endedAtMs !== undefined)
  );
}

function replacedIn({ restarts }: SupervisorStatus): number {
  const total = Object.values(restarts).reduce((sum, count) => sum + count, 0);
  return total - restarts.rolling;
}
