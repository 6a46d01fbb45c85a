import type { ShedStatus } from '../options.ts';
import type { ShedReason } from '../stats.ts';

/** A request was shed; its transport answers it with this. A value, not an error: being shed is normal. */
export interface Shed {
  readonly status: ShedStatus;
  readonly reason: ShedReason;
  readonly retryAfterSeconds: number;
  /** Callers should not send it again: too many do. */
  readonly forbidsRetry: boolean;
  /** Also close the connection, so that during sustained shedding some clients reconnect elsewhere. */
  readonly closes: boolean;
}
