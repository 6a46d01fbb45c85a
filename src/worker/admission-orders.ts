// What the supervisor tells the admissions of this worker.
import type { WorkerAdmissions } from './admissions.ts';
import { recordShape } from './on-demand.ts';
import type { ToSupervisor, ToWorker } from './protocol.ts';
import { hearOfQuarantine } from './quarantine.ts';

/** A message for admissions. */
type AdmissionOrder = Extract<
  ToWorker,
  { readonly kind: 'dry-run' | 'quarantine' | 'record-shape' | 'tenant-rates' }
>;

/** @param tell Sends what a recording has heard of. */
export function followOrder(
  admissions: WorkerAdmissions,
  order: AdmissionOrder,
  tell: (message: ToSupervisor) => void,
): void {
  switch (order.kind) {
    case 'dry-run':
      admissions.dryRun = order.dryRun;
      break;
    case 'quarantine':
      hearOfQuarantine(admissions.quarantine, order.rules);
      break;
    case 'record-shape':
      recordShape(admissions, order, tell);
      break;
    case 'tenant-rates':
      admissions.fairShares?.learn(order.rates, performance.now());
      break;
    default:
      order satisfies never;
  }
}
