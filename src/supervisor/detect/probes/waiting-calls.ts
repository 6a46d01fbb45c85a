// Which services a worker's own requests wait for, as it has seen them itself.
import type { Instrument } from '../../../core/instruments.ts';

/** Requests of a worker to one origin that have waited for longer than a second. */
export interface WaitingCalls {
  readonly origin: string;
  readonly count: number;
}

/** Most first. */
export function waitingCalls(instruments: readonly Instrument[]): WaitingCalls[] {
  const waiting = instruments.find(({ name }) => name === 'respite_client_requests_waiting');
  return (waiting?.series ?? [])
    .filter(({ value }) => value > 0)
    .map(({ labels, value }) => ({ origin: labels['peer'] ?? '', count: value }))
    .toSorted((a, b) => b.count - a.count);
}
