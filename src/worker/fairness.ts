// The worker's side of fairness between tenants: reports to the supervisor what tenants ask of this worker, and learns what they ask of all.
import { FairShares } from '../admission/index.ts';
import type { ToSupervisor, WorkerSetup } from './protocol.ts';

/** How often the worker sends its rates to the supervisor, in ms. */
const TELL_MS = 500;

/** @returns Undefined where sheddable requests are not shared out between tenants. */
export function fairSharesOf(
  setup: WorkerSetup['fairness'],
  tell: (message: ToSupervisor) => void,
): FairShares | undefined {
  if (setup === undefined) return undefined;
  const shares = new FairShares(setup, performance.now());
  let hasTold = false;
  const timer = setInterval(() => {
    const rates = shares.tell(performance.now());
    // Once more when there is nothing, so that the supervisor knows.
    if (rates.length > 0 || hasTold) {
      tell({ kind: 'tenant-rates', rates, largestShare: shares.largestShare });
    }
    hasTold = rates.length > 0;
  }, TELL_MS);
  timer.unref();
  return shares;
}
