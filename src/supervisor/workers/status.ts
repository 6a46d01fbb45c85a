// What can be seen of workers, as plain data.
import type { IndicatorReport } from '../../core/health-link.ts';
import type { WatchdogReport, WorkerSample } from '../../worker/index.ts';
import { HEALED_CAUSES, type HealedCause, zeroes } from '../causes.ts';

/**
 * Where one worker process stands. `standby`: it has loaded the application, accepts nothing, and waits for another worker's place.
 * `unresponsive`: ready before, but its event loop is blocked, or its requests are stuck.
 */
export type WorkerState = 'starting' | 'standby' | 'ready' | 'unresponsive' | 'draining';

export interface WorkerStatus {
  /** 1 for the first worker ever started, counting up; never used twice. */
  readonly id: number;
  /**
   * 1 to the number of workers: the place it fills. A replacement takes over its predecessor's slot. Standbys have those that come
   * after.
   */
  readonly slot: number;
  readonly pid: number;
  /** How many have filled its place before. */
  readonly restarts: number;
  readonly state: WorkerState;
  readonly startedAtMs: number;
  /** Undefined until it listens. */
  readonly readyAtMs: number | undefined;
  /** Undefined until its first sample arrives. */
  readonly sample: WorkerSample | undefined;
  readonly sampleAgeMs: number | undefined;
  /** The last word of its watchdog, undefined before the first. */
  readonly report: WatchdogReport | undefined;
  /** What the user's health indicators in this worker have found last. */
  readonly health: readonly IndicatorReport[];
}

/** The workers that wait to take the place of others. */
export interface StandbyStatus {
  /** As `supervisor.standby` has it. */
  readonly wanted: number;
  /** Those that are loaded and wait. */
  readonly ready: number;
  /** How often one has taken the place of another worker. */
  readonly takeovers: number;
  /** From the moment a worker was needed until the last of them served, in ms; undefined before the first. */
  readonly lastTakeoverMs: number | undefined;
  /** Why none is started; undefined when nothing is in the way. */
  readonly lack: string | undefined;
}

/** A listening socket that the supervisor holds. */
export interface SocketStatus {
  /** Of a Unix socket its path. */
  readonly address: string;
  /** 0 for a Unix socket. */
  readonly port: number;
  readonly family: 'IPv4' | 'IPv6' | 'unix';
}

/** Why a worker was replaced. `exit`: it ended by itself; `signal`: killed; `rolling`: asked for with SIGHUP or POST /restart. */
export type RestartCause = 'exit' | 'signal' | 'rolling' | HealedCause;

export const NO_RESTARTS_YET: Readonly<Record<RestartCause, number>> = Object.freeze(
  zeroes<RestartCause>(['exit', 'signal', 'rolling', ...HEALED_CAUSES]),
);

/** A rolling restart: the one under way, or the last. */
export interface RestartStatus {
  /** Counts from 1. */
  readonly id: number;
  /** The file that it starts, symbolic links followed. */
  readonly script: string;
  readonly startedAtMs: number;
  /** Undefined while it is under way. */
  readonly endedAtMs: number | undefined;
  /** Slots that run the new version. */
  readonly renewed: number;
  /** Why it was given up; undefined while it is under way, and when it was not. */
  readonly problem: string | undefined;
}

/** Counters of all workers that ever lived, summed, so that they never go down. */
export type WorkerTotals = Pick<WorkerSample, 'duration' | 'instruments'> &
  Pick<WorkerSample['admission'], 'requests' | 'connectionsRefused'>;
