import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MailRecord } from './accounts.ts';
import type { Backoff } from './backoff.ts';
import type { PlannedMail } from './mail-plan.ts';
import type { Order, Report, SendersOrder, SendersTick, UserCall, UsersOrder } from './protocol.ts';

export interface StormPlan {
  readonly seed: number;
  readonly users: readonly string[];
  readonly mails: readonly PlannedMail[];
  readonly backoff: Backoff;
  readonly maxConnections: number;
  readonly userCallsPerSecond: number;
  readonly userTimeoutMs: number;
  /** When users stop and senders begin no further attempt. */
  readonly untilMs: number;
  /** How long attempts under way may still take then. */
  readonly graceMs: number;
}

export interface StormTargets {
  readonly apiOrigin: string;
  readonly smtpPort: number;
}

export interface StormEvents {
  readonly onCalls?: (calls: readonly UserCall[]) => void;
  readonly onSenders?: (tick: SendersTick) => void;
  /** Time zero of everything that is reported, as Date.now() counts. */
  readonly onStart?: (startAtMs: number) => void;
}

export interface StormResult {
  readonly calls: readonly UserCall[];
  readonly senders: readonly SendersTick[];
  readonly records: readonly MailRecord[];
}

/** Both processes need a moment to start; the plan begins when they are there. */
const START_DELAY_MS = 700;

/** Plays a storm and resolves when it is over. An abort ends it at once and rejects. */
export async function runStorm(
  plan: StormPlan,
  targets: StormTargets,
  events: StormEvents,
  signal: AbortSignal,
): Promise<StormResult> {
  signal.throwIfAborted();
  const calls: UserCall[] = [];
  const senders: SendersTick[] = [];
  const records: MailRecord[] = [];
  const startAtMs = Date.now() + START_DELAY_MS;
  events.onStart?.(startAtMs);

  const onReport = (report: Report): void => {
    if (report.type === 'users-tick') {
      calls.push(...report.calls);
      events.onCalls?.(report.calls);
    } else if (report.type === 'senders-tick') {
      senders.push(report);
      events.onSenders?.(report);
    } else if (report.type === 'senders-done') {
      records.push(...report.records);
    }
  };

  const children: ChildProcess[] = [];
  const start = (file: string, order: SendersOrder | UsersOrder): ChildProcess => {
    const child = fork(fileURLToPath(new URL(file, import.meta.url)));
    children.push(child);
    child.on('message', onReport);
    child.send({ type: 'start', order });
    return child;
  };

  const onAbort = (): void => {
    for (const child of children) child.kill('SIGKILL');
  };
  signal.addEventListener('abort', onAbort);
  try {
    const { seed, users, mails, backoff, maxConnections, untilMs } = plan;
    const people = start('./users.ts', {
      apiOrigin: targets.apiOrigin,
      startAtMs,
      untilMs,
      seed,
      users,
      callsPerSecond: plan.userCallsPerSecond,
      timeoutMs: plan.userTimeoutMs,
    });
    const flood = start('./senders.ts', {
      smtpPort: targets.smtpPort,
      startAtMs,
      seed,
      mails,
      backoff,
      maxConnections,
    });
    const stop: Order<SendersOrder> = { type: 'stop', graceMs: plan.graceMs };
    const timer = setTimeout(() => flood.send(stop), startAtMs + untilMs - Date.now());
    await Promise.all([ended(people), ended(flood)]).finally(() => clearTimeout(timer));
  } finally {
    signal.removeEventListener('abort', onAbort);
    onAbort();
  }
  return { calls, senders, records };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${child.spawnargs.at(-1)} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}
