import type { MailRecord } from './accounts.ts';
import type { Backoff } from './backoff.ts';
import type { PlannedMail } from './mail-plan.ts';

/** What the storm's processes and the one that starts them say to each other. */

export interface SendersOrder {
  readonly smtpPort: number;
  /** Time zero of the plan, as Date.now() counts. */
  readonly startAtMs: number;
  readonly seed: number;
  readonly mails: readonly PlannedMail[];
  readonly backoff: Backoff;
  readonly maxConnections: number;
}

/** All counts are since the start. */
export interface SendersTick {
  readonly type: 'senders-tick';
  readonly atMs: number;
  readonly sent: number;
  readonly accepted: number;
  readonly acceptedBytes: number;
  readonly refused: number;
  readonly failed: number;
  /** Mails whose time has come and that are not accepted. */
  readonly queued: number;
  readonly connections: number;
}

export interface SendersDone {
  readonly type: 'senders-done';
  readonly records: readonly MailRecord[];
}

export interface UsersOrder {
  readonly apiOrigin: string;
  readonly startAtMs: number;
  readonly untilMs: number;
  readonly seed: number;
  readonly users: readonly string[];
  readonly callsPerSecond: number;
  readonly timeoutMs: number;
}

export type UserAction = 'list' | 'read';

/** One call of a user. */
export interface UserCall {
  readonly action: UserAction;
  /** When it should have started, from the start of the storm: latency counts from there. */
  readonly atMs: number;
  readonly latencyMs: number;
  readonly outcome: 'ok' | 'refused' | 'timeout' | 'error';
  /** How late the generator itself was: part of the latency, though no fault of the server. */
  readonly lagMs: number;
}

export interface UsersTick {
  readonly type: 'users-tick';
  readonly calls: readonly UserCall[];
}

export interface UsersDone {
  readonly type: 'users-done';
}

export type Order<T> =
  | { readonly type: 'start'; readonly order: T }
  | { readonly type: 'stop'; readonly graceMs: number };
export type Report = SendersTick | SendersDone | UsersTick | UsersDone;

export const TICK_MS = 250;

export function report(message: Report): void {
  process.send?.(message);
}

/** The last report: the process ends once it has gone out. */
export function reportLast(message: SendersDone | UsersDone): void {
  process.send?.(message, () => process.exit());
}
