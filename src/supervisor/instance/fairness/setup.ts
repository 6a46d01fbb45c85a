import type { ResolvedAdmissionOptions } from '../../../admission/index.ts';
import type { WorkerSetup } from '../../../worker/index.ts';

/**
 * @param fleet The name of the fleet. Its instances have to know a tenant by the same key, and `priority.salt` is each instance's own unless it is set.
 * @returns Undefined where sheddable requests are not shared out between tenants.
 */
export function fairnessSetup(
  { priority }: Pick<ResolvedAdmissionOptions, 'priority'>,
  fleet: string | undefined,
): WorkerSetup['fairness'] {
  if (priority === false || !priority.fairness) return undefined;
  return { salt: fleet ?? priority.salt ?? '' };
}
