// What else was the case when something went wrong. Types of our own, which any source of such facts fits: plain data.
import type { WaitingRoute, WatchdogReport } from '../../../worker/index.ts';
import type { DiskReading } from '../detectors/index.ts';
import type { CpuReading, MemoryUse, Peer, WaitingCalls } from '../probes/index.ts';

/** A dependency that does not answer, or not in time, as the instance's own probes say. */
export interface Trouble {
  /** As the user has called it. */
  readonly name: string;
  readonly kind: 'down' | 'slow';
  /** `host:port`, where that is known. */
  readonly address?: string | undefined;
  /** What the probe said. */
  readonly detail?: string | undefined;
}

/** Something in the last lines of the log that causes are known by. */
export type Mark = 'out-of-memory' | 'connection-refused' | 'too-many-files' | 'no-space';

export interface Circumstances {
  /** Of the last seconds, oldest first. */
  readonly reports: readonly WatchdogReport[];
  readonly cpu: CpuReading | undefined;
  readonly memory: MemoryUse | undefined;
  /** File systems without room. */
  readonly fullDisks: readonly DiskReading[];
  /** At the other end of the worker's own connections, most first. */
  readonly peers: readonly Peer[];
  /** Requests of the worker itself to other services that wait for a response, most first. */
  readonly calls: readonly WaitingCalls[];
  /** Requests that have waited for long. */
  readonly waiting: readonly WaitingRoute[];
  readonly troubles: readonly Trouble[];
  readonly marks: readonly Mark[];
  /** A worker has been replaced for the same lately; undefined when none was, or when it helped. */
  readonly triedBefore: { readonly worker: number; readonly agoMs: number } | undefined;
}

export const NOTHING_KNOWN: Circumstances = Object.freeze({
  reports: [],
  cpu: undefined,
  memory: undefined,
  fullDisks: [],
  peers: [],
  calls: [],
  waiting: [],
  troubles: [],
  marks: [],
  triedBefore: undefined,
});
