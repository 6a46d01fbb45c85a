// Reads what a check returned or threw. Checks are user code: nothing of it is believed before it was looked at.
import type { HealthTrouble } from '../core/health-link.ts';
import { type Redact, redactAll } from '../core/redact.ts';
import type { Outcome } from './judge.ts';

/** What one check found, without how long it took. */
export type Read = Omit<Outcome, 'durationMs'>;

/** Maximum length of details in JSON: they travel with every report. */
const MAX_DETAILS_LENGTH = 2000;

/** Maximum length of an error. */
const MAX_ERROR_LENGTH = 300;

/** Maximum number of errors that are followed from cause to cause, which may go in a circle. */
const MAX_CAUSES = 5;

const KEYS: ReadonlySet<string> = new Set(['status', 'error', 'details', 'trouble']);
const STATUSES: readonly Outcome['status'][] = ['UP', 'DOWN', 'OUT_OF_SERVICE'];
const TROUBLES: readonly HealthTrouble[] = ['dependency-down', 'dependency-slow', 'disk-full'];

/** The rule for what a check may return. */
export const FINDING_RULE = 'nothing, true, false, or an object with status, error, details and trouble';

/**
 * Reads what a check returned. Whatever is no finding is down and says why: a typo must not look healthy. Never throws.
 *
 * @param redact Takes secrets out of errors and details.
 */
export function readFinding(found: unknown, redact: Redact): Read {
  try {
    return read(found, redact);
  } catch (error) {
    return readFailure(error, redact);
  }
}

/** Reads what a check threw. Never throws. */
export function readFailure(thrown: unknown, redact: Redact): Read {
  try {
    return down(oneLine(describe(thrown), redact), troubleOf(thrown));
  } catch {
    // Even an error may be a proxy, or have a message that throws when it is read.
    return down('the check threw something that cannot be read');
  }
}

/** The peer of a check. It may be a getter, known only after the first connection; what is no text is left out. Never throws. */
export function readPeer(check: { readonly peer: unknown }, redact: Redact): string | undefined {
  try {
    const { peer } = check;
    return typeof peer === 'string' ? oneLine(peer, redact) : undefined;
  } catch {
    return undefined;
  }
}

function read(found: unknown, redact: Redact): Read {
  if (found === undefined || found === true) {
    return { status: 'UP', error: undefined, trouble: undefined, details: {} };
  }
  if (found === false) return down('the check returned false');
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return invalid('', FINDING_RULE);
  const unknown = Object.keys(found).find((key) => !KEYS.has(key));
  if (unknown !== undefined) {
    return invalid(` with the unknown key ${quoted(oneLine(unknown, redact))}`, FINDING_RULE);
  }
  const { status = 'UP', error, details, trouble } = found as Readonly<Record<string, unknown>>;
  const known = STATUSES.find((each) => each === status);
  if (known === undefined) return invalid(' with another status', `one of ${STATUSES.join(', ')}`, status);
  const kind = TROUBLES.find((each) => each === trouble);
  if (kind === undefined && trouble !== undefined) {
    return invalid(' with another trouble', `one of ${TROUBLES.join(', ')}`, trouble);
  }
  return {
    status: known,
    error: error === undefined ? undefined : oneLine(describe(error), redact),
    trouble: kind,
    details: plain(details, redact),
  };
}

/** A finding that breaks the rules: the check itself needs to be fixed. */
function invalid(what: string, rule: string, value?: unknown): Read {
  const got = typeof value === 'string' ? `, got ${quoted(value.slice(0, 50))}` : '';
  return down(`the check returned something unexpected${what}: it must be ${rule}${got}`);
}

function down(error: string, trouble?: HealthTrouble): Read {
  return { status: 'DOWN', error, trouble, details: {} };
}

/** Details become what JSON makes of them. What it can't take, what is no object, or what is too large, is left out. */
function plain(details: unknown, redact: Redact): Readonly<Record<string, unknown>> {
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return {};
  try {
    const json = JSON.stringify(details);
    if (json.length > MAX_DETAILS_LENGTH) return {};
    const parsed: unknown = JSON.parse(json);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? redactAll(parsed as Record<string, unknown>, redact) : {};
  } catch {
    return {};
  }
}

/** What an error says. Errors of connections to several addresses have no message of their own. */
function describe(error: unknown, causes = MAX_CAUSES): string {
  if (!(error instanceof Error)) return describeOther(error);
  const [first] = error instanceof AggregateError ? error.errors : [];
  const code = codeOf(error) ?? '';
  const own =
    text(error.message) || (first instanceof Error ? text(first.message) : '') || code || error.name;
  const { cause } = error;
  const message = cause instanceof Error && causes > 0 ? `${own}: ${describe(cause, causes - 1)}` : own;
  return message.includes(code) ? message : `${code}: ${message}`;
}

/** Errors of other realms, such as `node:vm`, are no `Error` here. */
function describeOther(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  return ('message' in thrown && text(thrown.message)) || 'an object that is no error was thrown';
}

/** Redacted before it is cut: half a secret would not be recognized. */
function oneLine(message: string, redact: Redact): string {
  const [line = ''] = message.trimStart().split('\n', 1);
  // Redaction takes time in proportion to the text, and a check may have thrown a response's whole body.
  return redact(line.slice(0, 10 * MAX_ERROR_LENGTH)).slice(0, MAX_ERROR_LENGTH);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function quoted(value: string): string {
  return JSON.stringify(value);
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function troubleOf(thrown: unknown): HealthTrouble | undefined {
  const code = thrown instanceof Error ? codeOf(thrown) : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : undefined;
}
