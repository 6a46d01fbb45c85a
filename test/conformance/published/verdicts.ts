// What RFC 9111 says of cases that were published before it, and which cases Respite leaves.
import type { Mode } from './run.ts';

/**
 * Cases that ask for what RFC 9111, 5.1, has settled otherwise in 2022, after version 0.4.5 of the package: of several members of Age
 * the first counts, and an Age that is no number is ignored. Here they pass if the stored response is used.
 */
const AGE_IS_IGNORED: ReadonlySet<string> = new Set([
  'age-parse-dup-0',
  'age-parse-dup-0-twoline',
  'age-parse-dup-old',
  'age-parse-float',
  'age-parse-negative',
  'age-parse-nonnumeric',
  'age-parse-numeric-parameter',
  'age-parse-parameter',
  'age-parse-prefix-twoline',
]);

/**
 * Cases in which the origin hangs up without an answer, and which ask for a field of that answer: no cache can pass. The later suite asks
 * for any answer that is not the stored one. Here they pass if there is an error, or a response without that field.
 */
const ORIGIN_HANGS_UP: ReadonlySet<string> = new Set([
  'stale-close-must-revalidate',
  'stale-close-no-cache',
  'stale-close-proxy-revalidate',
  'stale-close-s-maxage=2',
]);

/** Field by which the origin numbers its answers. */
export const COUNT_FIELD = 'server-request-count';

/** The answer to the last request of a case; undefined if there was an error in its place. */
export interface LastAnswer {
  readonly count: string | null;
}

/** Whether a case passes that RFC 9111 judges otherwise than the package; undefined for all others. */
export function judgedByRfc9111(id: string, last: LastAnswer | undefined): boolean | undefined {
  if (AGE_IS_IGNORED.has(id)) return last?.count === '1';
  if (ORIGIN_HANGS_UP.has(id)) return last === undefined || last.count === null;
  return undefined;
}

/** Cases that ask for what only caches for many users do: `s-maxage`, `proxy-revalidate`, care with `private` and Authorization. */
const ABOUT_SHARED: ReadonlySet<string> = new Set([
  'cc-resp-private-shared',
  'freshness-max-age-s-maxage-shared-longer',
  'freshness-max-age-s-maxage-shared-longer-multiple',
  'freshness-max-age-s-maxage-shared-longer-reversed',
  'freshness-max-age-s-maxage-shared-shorter',
  'freshness-max-age-s-maxage-shared-shorter-expires',
  'freshness-s-maxage-shared',
  'other-authorization',
  'other-authorization-smaxage',
  'stale-close-proxy-revalidate',
  'stale-close-s-maxage=2',
]);

export function isAboutShared(id: string): boolean {
  return ABOUT_SHARED.has(id);
}

const FALSE_TAG =
  'the origin confirms an entity tag that is not the stored one, which must not update it (RFC 9111, 4.3.4)';

/** Required cases that Respite does not pass, on purpose, and why. */
export const NOT_PASSED: Readonly<Record<Mode, Readonly<Record<string, string>>>> = {
  private: { '304-etag-update-response-ETag': FALSE_TAG },
  shared: {
    '304-etag-update-response-ETag': FALSE_TAG,
    '304-etag-update-response-Set-Cookie': "a response with one user's cookie is not stored",
    '304-etag-update-response-Set-Cookie2': "a response with one user's cookie is not stored",
    'headers-store-Set-Cookie': "a response with one user's cookie is not stored",
    'headers-store-Set-Cookie2': "a response with one user's cookie is not stored",
  },
};

/** Optimal cases that Respite does not pass: parts without a strong validator are not stored, languages not negotiated. */
const NOT_OPTIMAL: ReadonlySet<string> = new Set([
  'conditional-lm-fresh-no-lm',
  'method-POST',
  'partial-store-partial-complete',
  'partial-store-partial-reuse-partial',
  'partial-store-partial-reuse-partial-absent',
  'partial-store-partial-reuse-partial-byterange',
  'partial-store-partial-reuse-partial-suffix',
  'vary-normalise-lang-case',
  'vary-normalise-lang-order',
  'vary-normalise-lang-select',
]);

/** The same in a cache for many users: a user's cookies keep a response out. */
const NOT_OPTIMAL_SHARED: ReadonlySet<string> = new Set(['other-cookie', 'other-set-cookie']);

/** Whether it is known that Respite does not pass a case. */
export function isKnown(id: string, mode: Mode): boolean {
  return id in NOT_PASSED[mode] || NOT_OPTIMAL.has(id) || (mode === 'shared' && NOT_OPTIMAL_SHARED.has(id));
}
