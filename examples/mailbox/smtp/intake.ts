/**
 * How many messages to take in at once while the Mailbox server refuses some.
 *
 * Asking the Mailbox server costs the sender its upload, because SMTP has no way to refuse between DATA and the end of
 * the message. So a refusal is remembered: as long as it is fresh, no more messages are begun at MAIL FROM than the
 * Mailbox server held when it refused, which keeps it busy and spares the others the upload. Now and then one more is let
 * through, so that recovery is noticed, and each time that goes well, one more is the new number.
 */
export interface Intake {
  /** Whether to begin another message. If so, it must be ended with `left`. */
  enter(nowMs: number): boolean;
  left(): void;
  refused(nowMs: number, retryAfterMs: number): void;
  delivered(): void;
}

export interface IntakeOptions {
  /** One message more than the limit is let through this often. */
  readonly probeIntervalMs?: number;
  /** A Retry-After longer than this is not remembered longer. */
  readonly longestMemoryMs?: number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

export function createIntake(options: IntakeOptions = {}): Intake {
  const { probeIntervalMs = 500, longestMemoryMs = 5000, random = Math.random } = options;
  let inProgress = 0;
  let limit = Infinity;
  let forgetAtMs = 0;
  let probeAtMs = 0;

  // From half to once and a half, so that several gateways don't come back in step.
  const jittered = (ms: number): number => ms * (0.5 + random());

  return {
    enter: (nowMs) => {
      if (nowMs >= forgetAtMs) limit = Infinity;
      if (inProgress >= limit) {
        if (nowMs < probeAtMs) return false;
        probeAtMs = nowMs + jittered(probeIntervalMs);
      }
      inProgress += 1;
      return true;
    },
    left: () => {
      inProgress -= 1;
    },
    refused: (nowMs, retryAfterMs) => {
      limit = Math.max(1, Math.min(limit, inProgress - 1));
      forgetAtMs = nowMs + jittered(Math.min(retryAfterMs, longestMemoryMs));
      probeAtMs = nowMs + jittered(probeIntervalMs);
    },
    delivered: () => {
      if (inProgress > limit) limit += 1;
    },
  };
}
