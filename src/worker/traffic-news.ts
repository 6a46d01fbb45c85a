import type { WorkerAdmissions } from './admissions.ts';
import type { ToSupervisor } from './protocol.ts';

/** Requests that have waited for their answer this long are reported by route, in ms. */
const WAITING_LONG_MS = 1000;

/** Tells the supervisor once a second what has become of requests; silent while there is nothing to report. */
export class TrafficNews {
  readonly #admissions: WorkerAdmissions;
  readonly #tell: (message: ToSupervisor) => void;
  #hasTold = false;

  constructor(admissions: WorkerAdmissions, tell: (message: ToSupervisor) => void) {
    this.#admissions = admissions;
    this.#tell = tell;
  }

  tell(): void {
    const routes = this.#admissions.waitingRoutes(WAITING_LONG_MS);
    // Once more after the last of them, so that the supervisor knows.
    if (routes.length > 0 || this.#hasTold) this.#tell({ kind: 'waiting', routes });
    const traffic = this.#admissions.takeTraffic();
    const { answered, gaveUp, waiting } = traffic;
    if (this.#hasTold || answered.length + gaveUp.length + waiting.length > 0)
      this.#tell({ kind: 'traffic', traffic });
    this.#hasTold = routes.length + waiting.length > 0;
  }
}
