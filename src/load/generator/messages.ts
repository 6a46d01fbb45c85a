// What the threads of the generator and the thread that started them send each other.
import type { Plan } from './plan.ts';
import type { SecondState, TallyState } from './tally.ts';
import type { TransportStats } from './transport.ts';

export interface ThreadSetup {
  readonly plan: Plan;
  /** This thread's part of the schedule. */
  readonly part: number;
  readonly parts: number;
}

export type Command =
  /** @param startMs By the monotonic clock that all threads share. */
  { readonly type: 'start'; readonly startMs: number } | { readonly type: 'stop' };

export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'unreachable'; readonly code: string; readonly message: string }
  | { readonly type: 'seconds'; readonly elapsedMs: number; readonly seconds: readonly SecondState[] }
  | { readonly type: 'done'; readonly tally: TallyState; readonly stats: TransportStats };
