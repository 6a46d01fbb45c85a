import type { WorkerStatus } from '../../src/supervisor/index.ts';

/** How long the first worker had run when it sent its last sample. */
export function sampledSeconds([worker]: readonly WorkerStatus[]): number {
  const { eventLoopActiveSeconds = 0, eventLoopIdleSeconds = 0 } = worker?.sample?.runtime ?? {};
  return eventLoopActiveSeconds + eventLoopIdleSeconds;
}
