// What `respite drill` can ask of an instance.
import type { InjectedFault } from '../../../worker/index.ts';

/** Faults that one request injects: those of workers, and a processor that is taken away from one. */
export type DrillFault = InjectedFault['name'] | 'starved-cpu';

export const DRILL_FAULTS: readonly DrillFault[] = [
  'blocked-loop',
  'regular-expression',
  'heap-leak',
  'buffer-leak',
  'exhausted-pool',
  'descriptor-leak',
  'crash',
  'exit',
  'kill',
  'full-disk',
  'redirect',
  'starved-cpu',
];

/** A fault to inject. */
export interface DrillRequest {
  readonly fault: DrillFault;
  /** Into every worker that is ready, instead of one. */
  readonly everywhere?: boolean | undefined;
  /** For `redirect`: a name of `drills.dependencies`, and the port of a proxy on this machine. */
  readonly dependency?: string | undefined;
  readonly port?: number | undefined;
}

/** An injected fault. It lasts until `end` is called, or for the maximum duration. */
export interface DrillLease {
  readonly fault: DrillFault;
  readonly workers: readonly { readonly id: number; readonly pid: number }[];
  /** Settles when the fault is reverted. Never rejects. */
  readonly ended: Promise<void>;
  /** Reverts the fault. Does nothing the second time. */
  end(): void;
}

/** What a drill has to know of the instance, so that it knows what is possible and what to expect. */
export interface DrillFacts {
  /** Process id of the supervisor. */
  readonly pid: number;
  /** The fault that is injected now. */
  readonly active: DrillFault | undefined;
  /** Names of the dependencies that drills may redirect, with `host:port`. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Time after which each detector acts, in ms; undefined for one that is switched off. */
  readonly detectMs: {
    readonly blockedLoop: number | undefined;
    readonly stuckRequests: number | undefined;
    readonly cpuStarved: number | undefined;
  };
  /** Detectors without a time of their own that are on. */
  readonly detects: {
    readonly gcDeathSpiral: boolean;
    readonly memory: boolean;
    readonly descriptors: boolean;
    readonly diskFull: boolean;
  };
  readonly stableMs: number;
  readonly drainTimeoutMs: number;
  readonly trialMs: number;
  /** Maximum that all workers may have together, and what is in use; undefined when only the machine limits them. */
  readonly memory: { readonly limitBytes: number; readonly usedBytes: number } | undefined;
  /** Maximum number of descriptors of a worker. */
  readonly descriptors: number | undefined;
  /** The smallest of the disks that the instance looks at. */
  readonly disk:
    | { readonly path: string; readonly totalBytes: number; readonly freeBytes: number }
    | undefined;
  /** Why a worker can't be left with little time of a processor; undefined when it can. */
  readonly starvingLacks: string | undefined;
}

/** The faults that are injected into one instance, one at a time. */
export interface Drills {
  facts(): Promise<DrillFacts>;
  /** Rejects with a `RespiteError` `RESPITE_SUPERVISOR_DRILL_IMPOSSIBLE` that says why the fault can't be injected. */
  begin(request: DrillRequest): Promise<DrillLease>;
  /** Absolute path of a script that does not start. */
  readonly badVersion: string;
}
