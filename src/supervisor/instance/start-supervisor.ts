import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ownModule } from '../../core/own-files.ts';
import type { Supervisor, SupervisorConfig } from './contract.ts';
import { type Release, resolveProgram } from '../workers/release/index.ts';
import { type SpawnedWorker, spawnWorker } from '../workers/process/spawn-worker.ts';
import { workerSpec } from './worker-spec.ts';

interface SupervisorModule {
  superviseFrom(config: SupervisorConfig, release: Release, first: SpawnedWorker | string): Supervisor;
}

/**
 * Starts the first worker at once, the others when the first one listens. The rest of the supervisor is loaded while the first one
 * starts, and in one go: with a turn of the event loop in between, what the worker says could be missed.
 */
export function startSupervisor(config: SupervisorConfig): Supervisor {
  const release = { ...resolveProgram(config.script, config.directory), settings: config.settings };
  const first = spawnWorker(
    workerSpec(config, { release, id: 1, slot: 1, identity: 1, isStandby: false, keys: [] }),
  );
  const supervisor = fileURLToPath(ownModule('supervisor/instance/supervisor'));
  const module = createRequire(import.meta.url)(supervisor) as SupervisorModule;
  return module.superviseFrom(config, release, first);
}
