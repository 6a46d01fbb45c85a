import { needsWatchdog } from '../detect/detectors/options.ts';
import { quarantineSetup } from '../quarantine/setup.ts';
import type { WorkerSpec } from '../workers/process/spawn-worker.ts';
import type { SupervisorConfig } from './contract.ts';
import { fairnessSetup } from './fairness/setup.ts';
import { workerOomScore } from './oom-score.ts';
import { isSticky } from './options.ts';

/** The part of `startTimeoutMs` that the warm-up may take: a start must not fail because of it. */
const WARM_UP_SHARE = 0.5;

interface NewWorker extends Pick<WorkerSpec, 'id' | 'slot' | 'identity' | 'keys' | 'release'> {
  /** What a command has set; undefined for what its settings say. */
  readonly dryRun?: boolean | undefined;
  readonly isStandby: boolean;
}

/** What a worker of this supervisor is to be. */
export function workerSpec(
  config: Pick<SupervisorConfig, 'args' | 'supervisor' | 'drills'>,
  { dryRun, isStandby, ...who }: NewWorker,
): WorkerSpec {
  const { args, supervisor } = config;
  const { workers, standby, detect, drainTimeoutMs, killTimeoutMs, startTimeoutMs } = supervisor;
  const { admission, backpressure, client, heapMb, nodeArgs, ready, warmUp, env } = who.release.settings;
  return {
    ...who,
    identities: workers + standby,
    args,
    heapMb,
    nodeArgs,
    env,
    blockedLoop: detect.blockedLoop,
    hasWatchdog: needsWatchdog(detect),
    oomScore: workerOomScore,
    setup: {
      script: who.release.entry,
      admission: dryRun === undefined ? admission : { ...admission, dryRun },
      backpressure,
      client,
      isDryRun: dryRun === true,
      quarantine: quarantineSetup(admission),
      fairness: fairnessSetup(admission, supervisor.fleet?.name),
      allowsDrills: config.drills !== undefined,
      relaysMessages: process.connected,
      readyByMessage: ready === 'message',
      listens: supervisor.listens,
      waitsForHealth: who.keys.length > 0 || (!supervisor.listens && who.id > 1),
      isStandby,
      isAlone: who.keys.length === 0 && workers + standby === 1,
      isFirst: who.id === 1,
      sharesExclusive: supervisor.shareExclusive,
      sticky: isSticky(supervisor) ? { slot: who.slot, worker: who.id } : undefined,
      warmUp: { requests: warmUp, timeoutMs: WARM_UP_SHARE * startTimeoutMs },
      drainTimeoutMs,
      killTimeoutMs,
    },
  };
}
