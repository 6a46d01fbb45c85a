// What one worker has counted of its calls to other services, by origin. Pure.
import type { Instrument } from '../../core/instruments.ts';

/** Counters since the worker started; gauges are of its last sample. */
export interface OriginCounts {
  /** Any client has made requests: the figures of `requests` are there. */
  isObserved: boolean;
  requests: number;
  failed: number;
  tookSeconds: number;
  inFlight: number;
  waiting: number;
  /** A client of Respite's has sent attempts, within its policies. */
  attempts: number;
  failedAttempts: number;
  retries: number;
  heldBack: number;
  /** Clients by what they do with calls. */
  readonly states: Map<string, number>;
  isDryRun: boolean;
}

/** Maximum length of an origin, which is whatever the worker's code calls. */
const MAX_LENGTH = 100;

const FAILED: ReadonlySet<string> = new Set(['5xx', 'no-response']);

/** What a client does with calls to an origin, worst first. */
export const PEER_STATES: readonly string[] = ['open', 'half-open', 'holding-back', 'throttled', 'closed'];

type Labels = Readonly<Record<string, string | undefined>>;

/** How a series of each instrument is added to what is known of its origin. */
const TAKE: Readonly<Record<string, (counts: OriginCounts, value: number, labels: Labels) => void>> = {
  respite_client_requests_total: (counts, value, { outcome = '' }) => {
    counts.isObserved = true;
    counts.requests += value;
    if (FAILED.has(outcome)) counts.failed += value;
  },
  respite_client_request_seconds_total: (counts, value) => {
    counts.tookSeconds += value;
  },
  respite_client_requests_in_flight: (counts, value) => {
    counts.inFlight += value;
  },
  respite_client_requests_waiting: (counts, value) => {
    counts.waiting += value;
  },
  respite_client_attempts_total: (counts, value) => {
    counts.attempts += value;
  },
  respite_client_failed_attempts_total: (counts, value) => {
    counts.failedAttempts += value;
  },
  respite_client_retries_total: (counts, value) => {
    counts.retries += value;
  },
  respite_client_held_back_total: (counts, value) => {
    counts.heldBack += value;
  },
  respite_client_peers: (counts, value, { state = '', mode }) => {
    if (!PEER_STATES.includes(state)) return;
    counts.states.set(state, (counts.states.get(state) ?? 0) + value);
    counts.isDryRun ||= mode === 'dry-run';
  },
};

/** Empty for a worker that makes no calls. */
export function countsByOrigin(instruments: readonly Instrument[]): ReadonlyMap<string, OriginCounts> {
  const byOrigin = new Map<string, OriginCounts>();
  for (const { name, series } of instruments) {
    const take = Object.hasOwn(TAKE, name) ? TAKE[name] : undefined;
    if (take === undefined) continue;
    for (const { labels, value } of series) {
      // Labels come from the worker's process, and are only known to be an object.
      const peer: unknown = labels['peer'];
      if (typeof peer !== 'string' || !Number.isFinite(value)) continue;
      const origin = peer.length > MAX_LENGTH ? `${peer.slice(0, MAX_LENGTH - 1)}…` : peer;
      let counts = byOrigin.get(origin);
      if (counts === undefined) byOrigin.set(origin, (counts = noCounts()));
      take(counts, value, labels);
    }
  }
  return byOrigin;
}

function noCounts(): OriginCounts {
  return {
    isObserved: false,
    requests: 0,
    failed: 0,
    tookSeconds: 0,
    inFlight: 0,
    waiting: 0,
    attempts: 0,
    failedAttempts: 0,
    retries: 0,
    heldBack: 0,
    states: new Map(),
    isDryRun: false,
  };
}
