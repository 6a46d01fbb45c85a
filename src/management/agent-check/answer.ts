import type { SupervisorStatus } from '../../supervisor/index.ts';

/**
 * What HAProxy's agent check is answered: the operational state and the weight. A weight of 0 takes the instance out of the balancing as
 * `drain` would, but leaves the administrative state alone, which is the operator's.
 */
export function agentAnswer(
  { state, workers }: Pick<SupervisorStatus, 'state' | 'workers'>,
  percent: number,
): string {
  if (state === 'draining' || state === 'stopping') return 'up 0%\n';
  const isReady = workers.some((worker) => worker.state === 'ready');
  return isReady ? `up ${percent}%\n` : 'down #no worker is ready\n';
}
