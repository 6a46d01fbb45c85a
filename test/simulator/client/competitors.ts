// Clients of others, with the rules and defaults that their documentation gives, against the same requirements.
import { type CreateClient, isFailure } from './clients.ts';

/** Decides whether a failed attempt may be repeated, from what went before. */
interface Budget {
  /** An attempt has ended. @param isRetry It was not the first of its call. */
  ended(isGood: boolean, isRetry: boolean, nowMs: number): void;
  /** Takes what a retry costs; false when there is not enough. */
  take(nowMs: number): boolean;
}

interface Rules {
  readonly attempts: number;
  /** @param retry From 1. */
  readonly waitMs: (retry: number, random: number) => number;
  readonly budget: () => Budget;
}

function withBudget({ attempts, waitMs, budget: create }: Rules): CreateClient {
  return (random) => {
    const budget = create();
    return {
      begin: () => ({ number: 1 }),
      ended: ({ number }, outcome, leftMs, nowMs) => {
        const isGood = !isFailure(outcome);
        budget.ended(isGood, number > 1, nowMs);
        const wait = waitMs(number, random());
        if (isGood || number >= attempts || wait >= leftMs || !budget.take(nowMs)) return undefined;
        return { attempt: { number: number + 1 }, waitMs: wait };
      },
    };
  };
}

/** AWS SDKs, `standard` mode: 3 attempts; 500 tokens, 5 for a retry, given back when it succeeds, 1 for a success at the first try. */
const awsStandard: CreateClient = withBudget({
  attempts: 3,
  waitMs: (retry, random) => Math.min(20_000, random * 100 * 2 ** retry),
  budget: () => {
    let tokens = 500;
    return {
      ended: (isGood, isRetry) => {
        if (isGood) tokens = Math.min(500, tokens + (isRetry ? 5 : 1));
      },
      take: () => {
        if (tokens < 5) return false;
        tokens -= 5;
        return true;
      },
    };
  },
});

/** gRPC's retry throttling (gRFC A6): 10 tokens, a failure takes one, a success gives 0.1; retries while more than half are left. */
const grpcThrottling: CreateClient = withBudget({
  attempts: 4,
  waitMs: (retry, random) => random * Math.min(1000, 100 * 2 ** (retry - 1)),
  budget: () => {
    let tokens = 10;
    return {
      ended: (isGood) => {
        tokens = isGood ? Math.min(10, tokens + 0.1) : Math.max(0, tokens - 1);
      },
      take: () => tokens > 5,
    };
  },
});

/** Finagle's `RetryBudget`: a fifth of the requests of the last 10 s, and 10 a second besides; three attempts. */
const finagleBudget: CreateClient = withBudget({
  attempts: 3,
  waitMs: (retry, random) => random * 100 * 2 ** (retry - 1),
  budget: () => {
    const requests: number[] = [];
    const retries: number[] = [];
    const within = (times: number[], nowMs: number): number => {
      while ((times[0] ?? Infinity) < nowMs - 10_000) times.shift();
      return times.length;
    };
    return {
      ended: (_isGood, isRetry, nowMs) => {
        if (!isRetry) requests.push(nowMs);
      },
      take: (nowMs) => {
        if (within(retries, nowMs) >= 0.2 * within(requests, nowMs) + 100) return false;
        retries.push(nowMs);
        return true;
      },
    };
  },
});

/** Client-side throttling of Google's SRE book: K = 2 over two minutes, three attempts, a tenth of the requests may be retries. */
const sreThrottling: CreateClient = (random) => {
  const events: { readonly atMs: number; readonly isAccepted: boolean; readonly isRetry: boolean }[] = [];
  let [accepted, retries] = [0, 0];
  let first = 0;
  const record = (atMs: number, isAccepted: boolean, isRetry: boolean): void => {
    events.push({ atMs, isAccepted, isRetry });
    accepted += Number(isAccepted);
    retries += Number(isRetry);
    for (let old = events[first]; old !== undefined && old.atMs < atMs - 120_000; old = events[first]) {
      accepted -= Number(old.isAccepted);
      retries -= Number(old.isRetry);
      first += 1;
    }
  };
  const isHeldBack = (): boolean => {
    const requests = events.length - first;
    return random() < (requests - 2 * accepted) / (requests + 1);
  };
  return {
    begin: (nowMs) => {
      if (!isHeldBack()) return { number: 1 };
      record(nowMs, false, false);
      return undefined;
    },
    ended: ({ number }, outcome, leftMs, nowMs) => {
      record(nowMs, !isFailure(outcome), number > 1);
      const waitMs = random() * 100 * 2 ** (number - 1);
      const mayRetry = retries < 0.1 * (events.length - first) && number < 3 && waitMs < leftMs;
      return isFailure(outcome) && mayRetry && !isHeldBack()
        ? { attempt: { number: number + 1 }, waitMs }
        : undefined;
    },
  };
};

/** cockatiel: three retries with exponential back-off around a breaker that five failures in a row open for 10 s. */
const cockatiel: CreateClient = (random) => {
  let failures = 0;
  let opensAtMs = 0;
  let isProbing = false;
  const passes = (nowMs: number): boolean => {
    if (failures < 5) return true;
    if (nowMs < opensAtMs || isProbing) return false;
    isProbing = true;
    return true;
  };
  return {
    begin: (nowMs) => (passes(nowMs) ? { number: 1 } : undefined),
    ended: ({ number }, outcome, leftMs, nowMs) => {
      isProbing = false;
      if (!isFailure(outcome)) {
        failures = 0;
        return undefined;
      }
      failures += 1;
      if (failures >= 5) opensAtMs = nowMs + 10_000;
      const waitMs = Math.min(30_000, (0.5 + random()) * 128 * 2 ** (number - 1));
      return number <= 3 && waitMs < leftMs && passes(nowMs)
        ? { attempt: { number: number + 1 }, waitMs }
        : undefined;
    },
  };
};

export const COMPETITORS = {
  'AWS, standard mode': awsStandard,
  'gRPC, retry throttling': grpcThrottling,
  'Finagle, retry budget': finagleBudget,
  'SRE throttling': sreThrottling,
  cockatiel,
} as const satisfies Record<string, CreateClient>;
