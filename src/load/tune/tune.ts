// One tuning run: the experiments one after another, each in the time that is left.
import { RespiteError } from '../../core/errors.ts';
import type { LoadOptions, LoadResult, RequestKind } from '../contract.ts';
import { advise } from './advice.ts';
import { Budget } from './budget.ts';
import { NoCapacityError } from './capacity.ts';
import {
  acceptingNeedsMs,
  allowsMore,
  exploreAccepting,
  exploreBuffers,
  exploreCapacity,
  exploreInFlight,
  exploreLimit,
  exploreScalability,
  exploreWorkers,
} from './experiments.ts';
import { type Findings, type Part, PARTS, type TuneReport } from './findings.ts';
import { namesOf, Rig, ServerLostError } from './rig.ts';
import type { Target } from './target.ts';

export interface TuneOptions {
  readonly target: Target;
  readonly load: (options: LoadOptions) => Promise<LoadResult>;
  /** Path and query of the requests. Default: `/`. */
  readonly path?: string | undefined;
  /** Default: one GET of the path. */
  readonly mix?: readonly RequestKind[] | undefined;
  /** Milliseconds within which a response is of use. Default: 1000. */
  readonly deadlineMs?: number | undefined;
  /** How long the run may take, in milliseconds. Default: {@link MAX_TUNE_MS}. */
  readonly forMs?: number | undefined;
  /** Requests per second that the server gets normally. */
  readonly normalPerSecond?: number | undefined;
  /** Default: all of them. */
  readonly parts?: readonly Part[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with a line of text when something begins or is known. */
  readonly onProgress?: ((text: string) => void) | undefined;
  readonly nowMs?: (() => number) | undefined;
}

/** Maximum duration of a run. */
export const MAX_TUNE_MS = 180_000;

type Found = { -readonly [Name in keyof Findings]: Findings[Name] };

/** Rejects when the server does not start; a server that can't be measured is in the report. */
export async function tune(options: TuneOptions): Promise<TuneReport> {
  const { target, deadlineMs = 1000, forMs = MAX_TUNE_MS, parts = PARTS } = options;
  const rig = new Rig({
    ...options,
    deadlineMs,
    budget: new Budget(forMs, options.nowMs ?? (() => performance.now())),
  });
  const found: Found = {
    configured: target.configured,
    deadlineMs,
    parts,
    normalPerSecond: options.normalPerSecond,
    capacity: undefined,
    little: undefined,
    buffers: undefined,
    scalability: undefined,
    workers: undefined,
    limit: undefined,
    accept: undefined,
    missing: [],
  };
  try {
    await explore(rig, parts, found);
  } catch (error) {
    if (error instanceof NoCapacityError) found.missing = [whyNone(error)];
    // What is known by then is worth a report.
    else if (error instanceof ServerLostError) found.missing = [...found.missing, error.message];
    else if (error instanceof RespiteError) throw error;
    else if (options.signal?.aborted)
      found.missing = [...found.missing, whyEnded(options.signal, rig.silentBecause)];
    else throw error;
  }
  return { ...found, advice: advise(found) };
}

async function explore(rig: Rig, parts: readonly Part[], found: Found): Promise<void> {
  // Always: the other experiments overload the server, so they have to know what that is.
  const capacity = await exploreCapacity(rig);
  found.capacity = capacity;
  if (capacity.lowerBoundBecause !== undefined) {
    const rate = Math.round(capacity.servesAllPerSecond);
    found.missing = [
      `the server was never overloaded: it serves at least ${rate} requests/s, and ${capacity.lowerBoundBecause}`,
    ];
    return;
  }
  if (parts.includes('capacity') && allowsMore(rig)) {
    found.little = await exploreInFlight(rig, capacity);
    found.buffers = await exploreBuffers(rig, capacity);
    found.workers = await exploreWorkers(rig, capacity);
  }
  const wantsAccepting = parts.includes('accept');
  if (parts.includes('limit')) {
    found.limit = await exploreLimit(rig, capacity, wantsAccepting ? acceptingNeedsMs(rig) : 0);
    if (found.limit === undefined)
      found.missing = [
        ...found.missing,
        'no time was left to compare limits: --only limit leaves out the rest',
      ];
  }
  if (wantsAccepting) {
    found.accept = await exploreAccepting(rig, capacity);
    if (found.accept.asConfigured === undefined)
      found.missing = [
        ...found.missing,
        'no time was left for the accept queue: --only accept leaves out the rest',
      ];
  }
  if (parts.some((part) => part !== 'accept'))
    found.scalability = exploreScalability(capacity, found.limit, found.configured.workers);
}

function whyEnded({ reason }: AbortSignal, silentBecause: string | undefined): string {
  const isTime = reason instanceof Error && reason.name === 'TimeoutError';
  if (isTime && silentBecause !== undefined) return `the server does not answer any more: ${silentBecause}`;
  return isTime
    ? 'the time was over before everything was measured: give it more with --for, or an idle machine'
    : 'the run was interrupted';
}

function whyNone({ message, reading }: NoCapacityError): string {
  if (reading.invalidBecause !== undefined) return `the load generator was late: ${reading.invalidBecause}`;
  const share = (value: number): string => `${Math.round(value * 100)} %`;
  const failures = namesOf(reading.failedBy);
  return `${message}: ${share(reading.failedShare)} failed or late${failures === '' ? '' : ` (${failures})`}, ${share(reading.refusedShare)} shed`;
}
