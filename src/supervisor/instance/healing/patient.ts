import type { WorkerState } from '../../workers/status.ts';

/** What the healer sees of a worker, and does to it. */
export interface Patient {
  readonly id: number;
  readonly slot: number;
  readonly pid: number;
  readonly state: WorkerState;
  /** New requests should, or should not, go elsewhere: it goes on, but is not ready. */
  hold(isHeld: boolean): void;
  kill(): void;
}
