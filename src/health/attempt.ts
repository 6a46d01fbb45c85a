import type { HealthTrouble } from '../core/health-link.ts';
import type { Finding, HealthCheck } from './check.ts';
import type { Clock } from './clock.ts';
import type { Outcome } from './judge.ts';

/** What details may take in JSON: they travel with every report. */
const DETAILS_LIMIT = 2000;
const ERROR_LIMIT = 300;

/** One run of a check, from its start until its promise settles, which may be long after its time-out. */
export interface Attempt {
  /** Gives it up: nothing is told any more. */
  abandon(): void;
}

export interface AttemptEvents {
  /** Once: what it found, or that it took too long. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** Once: nothing of it is left. Before or after the outcome. */
  readonly onSettled: () => void;
}

/** Runs a check once. Never throws, and tells nothing before it returns. */
export function attempt(
  check: HealthCheck,
  timeoutMs: number,
  clock: Clock,
  { onOutcome, onSettled }: AttemptEvents,
): Attempt {
  const abort = new AbortController();
  const startedMs = clock.steadyMs();
  let told = false;
  const tell = (found: Omit<Outcome, 'durationMs'>): void => {
    if (told) return;
    told = true;
    cancelTimeout();
    onOutcome({ ...found, durationMs: clock.steadyMs() - startedMs });
  };
  const cancelTimeout = clock.after(timeoutMs, () => {
    const late = `no answer within ${timeoutMs} ms`;
    abort.abort(new Error(late));
    tell(failed(late));
  });
  // In a promise of its own, so that a check that throws at once is like one that rejects.
  Promise.resolve()
    .then(() => check.run(abort.signal))
    .then(
      (finding) => tell(read(finding ?? {})),
      (error: unknown) => tell(failed(describe(error), troubleOf(error))),
    )
    .finally(onSettled);
  return {
    abandon: () => {
      told = true;
      cancelTimeout();
      abort.abort(new Error('no longer wanted'));
    },
  };
}

function read({ status = 'UP', error, details, trouble }: Finding): Omit<Outcome, 'durationMs'> {
  return { status, error: error?.slice(0, ERROR_LIMIT), trouble, details: plain(details) };
}

function failed(error: string, trouble?: HealthTrouble): Omit<Outcome, 'durationMs'> {
  return { status: 'DOWN', error, trouble, details: {} };
}

/** Details become what JSON makes of them; what it can't take, or what is too large, is left out. */
function plain(details: Finding['details']): Readonly<Record<string, unknown>> {
  if (details === undefined) return {};
  try {
    const text = JSON.stringify(details);
    return text.length <= DETAILS_LIMIT ? (JSON.parse(text) as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** In one line. Errors of connections to several addresses have no message of their own. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, ERROR_LIMIT);
  const [first] = error instanceof AggregateError ? error.errors : [];
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const own = error.message || (first instanceof Error ? first.message : '') || code || error.name;
  const message = error.cause instanceof Error ? `${own}: ${describe(error.cause)}` : own;
  const shown = message.includes(code) ? message : `${code}: ${message}`;
  return (shown.split('\n', 1)[0] ?? '').slice(0, ERROR_LIMIT);
}

function troubleOf(error: unknown): HealthTrouble | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : undefined;
}
