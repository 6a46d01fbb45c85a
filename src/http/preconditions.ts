// Conditional requests (RFC 9110, 13): the only place that compares what a request says with what is there.
import { parseHttpDate } from './date.ts';
import { parseEntityTags, strongMatch, weakMatch } from './etag.ts';

/** What a request's conditions call for: what it asks for, or 304 or 412 in its place. */
export type Precondition = 'proceed' | 'not-modified' | 'failed';

/** What is known of a representation. */
export interface Validators {
  readonly etag: string | undefined;
  /** In milliseconds since 1970. */
  readonly lastModifiedMs: number | undefined;
  /** False where nothing is there yet. */
  readonly exists: boolean;
}

/** A field of the request by its lower-case name, lines joined. */
export type FieldOf = (name: string) => string | undefined;

/** RFC 9110, 13.2.2: which condition counts, and what it calls for. */
export function evaluate(method: string, field: FieldOf, current: Validators, now: number): Precondition {
  const { etag, lastModifiedMs, exists } = current;
  // A date has no more than seconds.
  const modified = lastModifiedMs === undefined ? undefined : Math.floor(lastModifiedMs / 1000) * 1000;
  const match = field('if-match');
  if (match !== undefined) {
    if (!isListed(match, etag, exists, strongMatch)) return 'failed';
  } else if (modified !== undefined) {
    // Without a date the condition is ignored (13.1.4).
    const since = parseHttpDate(field('if-unmodified-since'), now);
    if (since !== undefined && modified > since) return 'failed';
  }
  const isRead = method === 'GET' || method === 'HEAD';
  const noneMatch = field('if-none-match');
  if (noneMatch !== undefined) {
    if (!isListed(noneMatch, etag, exists, weakMatch)) return 'proceed';
    return isRead ? 'not-modified' : 'failed';
  }
  if (!isRead || modified === undefined) return 'proceed';
  const since = parseHttpDate(field('if-modified-since'), now);
  return since !== undefined && modified <= since ? 'not-modified' : 'proceed';
}

function isListed(
  field: string,
  etag: string | undefined,
  exists: boolean,
  matches: (a: string, b: string) => boolean,
): boolean {
  const tags = parseEntityTags(field);
  if (tags === '*') return exists;
  return etag !== undefined && tags.some((tag) => matches(tag, etag));
}

/**
 * Whether a Range field counts (RFC 9110, 13.1.5): without If-Range, or if it names this very representation. A date is a strong validator
 * only if the response was made at least a second later (8.8.2.2).
 */
export function rangeApplies(
  condition: string | undefined,
  fields: { readonly etag?: string; readonly 'last-modified'?: string; readonly date?: string },
  now: number,
): boolean {
  if (condition === undefined) return true;
  if (condition.includes('"')) return strongMatch(condition, fields.etag ?? '');
  const modified = parseHttpDate(fields['last-modified'], now);
  const made = parseHttpDate(fields.date, now) ?? now;
  return modified !== undefined && condition === fields['last-modified'] && made - modified >= 1000;
}
