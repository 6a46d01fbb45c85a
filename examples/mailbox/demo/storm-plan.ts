import { MEAN_MAIL_BYTES, planMail, type MailPhase } from '../storm/mail-plan.ts';
import type { StormPlan } from '../storm/run.ts';
import type { PhaseSpan } from './run-data.ts';

const SEED = 20_251_122;
/** Of what the mailbox can take: what comes in on a quiet day, and in the flood. */
const CALM_SHARE = 0.2;
const FLOOD_SHARE = 6;

const WARM_UP_MS = 2000;
const USER_CALLS_PER_SECOND = 80;
const USER_TIMEOUT_MS = 2000;
/** Senders elsewhere are not limited by us; this bounds what the demonstration asks of the machine. */
const MAX_CONNECTIONS = 400;

export interface DemoStorm {
  readonly plan: StormPlan;
  readonly phases: readonly PhaseSpan[];
  readonly calmBytesPerSecond: number;
  readonly floodBytesPerSecond: number;
}

/** The storm that both sides get, to the byte. */
export function planStorm(
  users: readonly string[],
  capacityBytesPerSecond: number,
  lengthMs: number,
): DemoStorm {
  const calmBytesPerSecond = capacityBytesPerSecond * CALM_SHARE;
  const floodBytesPerSecond = capacityBytesPerSecond * FLOOD_SHARE;
  const calmEndMs = WARM_UP_MS + Math.round(lengthMs * 0.35);
  const stormEndMs = calmEndMs + Math.round(lengthMs * 0.42);
  const phases: readonly PhaseSpan[] = [
    { name: 'warm-up', fromMs: 0, untilMs: WARM_UP_MS },
    { name: 'calm', fromMs: WARM_UP_MS, untilMs: calmEndMs },
    { name: 'storm', fromMs: calmEndMs, untilMs: stormEndMs },
    { name: 'after', fromMs: stormEndMs, untilMs: lengthMs },
  ];
  const mailAt = (fromMs: number, untilMs: number, bytesPerSecond: number): MailPhase => ({
    fromMs,
    untilMs,
    mailsPerSecond: bytesPerSecond / MEAN_MAIL_BYTES,
  });
  return {
    phases,
    calmBytesPerSecond,
    floodBytesPerSecond,
    plan: {
      seed: SEED,
      users,
      mails: planMail(
        SEED,
        [mailAt(0, calmEndMs, calmBytesPerSecond), mailAt(calmEndMs, stormEndMs, floodBytesPerSecond)],
        users,
      ),
      // Minutes and hours of a mail server, scaled down to a demonstration of seconds.
      backoff: { firstMs: 2000, longestMs: 10_000 },
      maxConnections: MAX_CONNECTIONS,
      userCallsPerSecond: USER_CALLS_PER_SECOND,
      userTimeoutMs: USER_TIMEOUT_MS,
      untilMs: lengthMs,
      graceMs: 2000,
    },
  };
}
