import { RespiteError } from '../../core/errors.ts';
import type { Captured, OnDemand } from '../incidents/evidence/captures.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';
import { late } from './late.ts';
import type { ResolvedSupervisorOptions } from './options.ts';

/** Asks a worker for what someone wants to see of it now. Rejects with `RESPITE_SUPERVISOR_CAPTURE_FAILED`. */
export async function captureOf(
  worker: WorkerProcess | undefined,
  workerId: number,
  [what, seconds]: readonly [what: OnDemand, seconds: number],
  { incidents }: Pick<ResolvedSupervisorOptions, 'incidents'>,
): Promise<Captured> {
  if (worker === undefined) {
    throw new RespiteError('RESPITE_SUPERVISOR_CAPTURE_FAILED', `there is no worker ${workerId}`);
  }
  const { captureNow } = await late.captures();
  return captureNow(worker, what, seconds, incidents === false ? undefined : incidents.directory);
}
