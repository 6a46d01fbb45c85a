import { RespiteError } from '../../../core/errors.ts';
import type { WorkerProcess } from '../../workers/process/worker-process.ts';
import type { SupervisorConfig } from '../contract.ts';
import type { Drills } from './contract.ts';

const NOT_ALLOWED =
  'this instance does not allow drills: set `drills: true` in its respite.config and start it again';

/**
 * Opens the drills of an instance. Rejects with `RESPITE_SUPERVISOR_DRILLS_NOT_ALLOWED` unless its configuration allows them; nothing of
 * them is loaded before.
 */
export function drillsOf(
  config: Pick<SupervisorConfig, 'drills' | 'supervisor' | 'log'>,
  live: ReadonlySet<WorkerProcess>,
): () => Promise<Drills> {
  let opened: Promise<Drills> | undefined;
  return async () => {
    const { drills: options } = config;
    if (options === undefined) throw new RespiteError('RESPITE_SUPERVISOR_DRILLS_NOT_ALLOWED', NOT_ALLOWED);
    opened ??= import('./drills.ts').then(
      ({ InstanceDrills }) => new InstanceDrills({ ...config, options, live }),
    );
    return opened;
  };
}
