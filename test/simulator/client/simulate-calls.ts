// Callers, clients and servers in a row, without any of them: discrete events, the same for the same seed.
import type { Outcome } from '../../../src/client/outcome.ts';
import { seededRandom } from '../random.ts';
import { Schedule } from '../schedule.ts';
import type { Attempt, CreateClient, SimulatedClient } from './clients.ts';

/** How the last server in the row behaves. */
export interface Bottom {
  /** Requests that it works on at once; others wait in a queue without a bound. */
  readonly slots: number;
  serviceMs(nowMs: number, random: () => number): number;
  /** Share of requests that it answers 503 at once. */
  failedShare(nowMs: number): number;
  /** Maximum requests in flight, as a server with Respite has it: it sheds others, with this `Retry-After`. Undefined for no limit. */
  readonly admission?: { readonly limit: number; readonly retryAfterMs: number };
  /** End of the time in which it begins nothing, or 0. Work whose caller has left is done all the same. */
  stalledUntilMs?(nowMs: number): number;
}

export interface CallScenario {
  readonly durationMs: number;
  /** Calls of all callers together, evenly spaced: then a peak is the clients' doing. */
  readonly callsPerSecond: number;
  /** Processes that call, each with a client of its own. */
  readonly callers: number;
  /** Servers between the callers and the bottom; each passes every request on, with a client of its own. */
  readonly between: number;
  readonly attemptTimeoutMs: number;
  readonly deadlineMs: number;
  readonly bottom: Bottom;
}

export interface CallOutcome {
  readonly calls: number;
  /** Calls that callers got a success for. */
  readonly succeeded: number;
  /** Attempts that reached the bottom. */
  readonly attempts: number;
  /** By {@link BUCKET_MS} of the time when the call began, or the attempt arrived. */
  readonly callsByBucket: readonly number[];
  readonly succeededByBucket: readonly number[];
  readonly attemptsByBucket: readonly number[];
}

export const BUCKET_MS = 100;

/** Time that a response of a server that fails at once takes, in ms. */
const FAILURE_MS = 1;

type Answered = (outcome: Outcome) => void;
type Handle = (nowMs: number, answered: Answered) => void;

export function simulateCalls(scenario: CallScenario, create: CreateClient, seed: number): CallOutcome {
  const random = seededRandom(seed);
  const schedule = new Schedule<(nowMs: number) => void>();
  const buckets = Math.ceil(scenario.durationMs / BUCKET_MS);
  const zeros = (): number[] => Array.from({ length: buckets }, () => 0);
  const [callsByBucket, succeededByBucket, attemptsByBucket] = [zeros(), zeros(), zeros()];
  const count = (by: number[], nowMs: number): void => {
    const bucket = Math.floor(nowMs / BUCKET_MS);
    if (bucket < buckets) by[bucket] = (by[bucket] ?? 0) + 1;
  };

  let now = 0;
  const bottom = bottomServer(scenario.bottom, schedule, random);
  let next: Handle = (nowMs, answered) => {
    count(attemptsByBucket, nowMs);
    bottom(nowMs, answered);
  };
  for (let i = 0; i < scenario.between; i += 1) {
    next = through(create(random), scenario, schedule, next, () => now);
  }
  const entrances = Array.from({ length: scenario.callers }, () =>
    through(create(random), scenario, schedule, next, () => now),
  );

  const everyMs = 1000 / scenario.callsPerSecond;
  const call = (index: number, nowMs: number): void => {
    count(callsByBucket, nowMs);
    entrances[index % entrances.length]?.(nowMs, (outcome) => {
      if (outcome.kind === 'response' && outcome.status < 400) count(succeededByBucket, nowMs);
    });
    schedule.put(nowMs + everyMs, (atMs) => {
      call(index + 1, atMs);
    });
  };
  schedule.put(0, (atMs) => {
    call(0, atMs);
  });
  for (let act = schedule.next(); act !== undefined; act = schedule.next()) {
    now = schedule.nowMs;
    if (now > scenario.durationMs) break;
    act(now);
  }
  const sum = (by: readonly number[]): number => by.reduce((total, each) => total + each, 0);
  return {
    calls: sum(callsByBucket),
    succeeded: sum(succeededByBucket),
    attempts: sum(attemptsByBucket),
    callsByBucket,
    succeededByBucket,
    attemptsByBucket,
  };
}

/** A call through a client: as many attempts as it makes, each with a time-out. */
function through(
  client: SimulatedClient,
  { attemptTimeoutMs, deadlineMs }: CallScenario,
  schedule: Schedule<(nowMs: number) => void>,
  next: Handle,
  clock: () => number,
): Handle {
  return (startMs, answered) => {
    const endMs = startMs + deadlineMs;
    const send = (attempt: Attempt, nowMs: number): void => {
      let isOver = false;
      const over = (outcome: Outcome): void => {
        if (isOver) return;
        isOver = true;
        const atMs = clock();
        const another = client.ended(attempt, outcome, endMs - atMs, atMs);
        if (another === undefined) answered(outcome);
        else {
          schedule.put(atMs + another.waitMs, (laterMs) => {
            send(another.attempt, laterMs);
          });
        }
      };
      next(nowMs, over);
      schedule.put(Math.min(nowMs + attemptTimeoutMs, endMs), () => {
        over({ kind: 'timed-out' });
      });
    };
    const first = client.begin(startMs);
    if (first === undefined) answered(response(503, 0));
    else send(first, startMs);
  };
}

function bottomServer(
  { slots, serviceMs, failedShare, stalledUntilMs, admission }: Bottom,
  schedule: Schedule<(nowMs: number) => void>,
  random: () => number,
): Handle {
  const queue: Answered[] = [];
  let head = 0;
  let busy = 0;
  const work = (nowMs: number): void => {
    while (busy < slots && head < queue.length) {
      const answered = queue[head];
      head += 1;
      busy += 1;
      const beginsMs = Math.max(nowMs, stalledUntilMs?.(nowMs) ?? 0);
      schedule.put(beginsMs + serviceMs(nowMs, random), (atMs) => {
        busy -= 1;
        answered?.(response(200, 0));
        work(atMs);
      });
    }
  };
  return (nowMs, answered) => {
    if (random() < failedShare(nowMs)) {
      schedule.put(nowMs + FAILURE_MS, () => {
        answered(response(503, FAILURE_MS));
      });
      return;
    }
    if (admission !== undefined && queue.length - head + busy >= admission.limit) {
      schedule.put(nowMs + FAILURE_MS, () => {
        answered({ ...response(503, FAILURE_MS), isShed: true, retryAfterMs: admission.retryAfterMs });
      });
      return;
    }
    queue.push(answered);
    work(nowMs);
  };
}

function response(status: number, tookMs: number): Extract<Outcome, { kind: 'response' }> {
  return { kind: 'response', status, isShed: false, retryAfterMs: 0, forbidsRetry: false, tookMs };
}
