// What RFC 9111 says of cases that were published before it.

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

/** Required cases that Respite does not pass, on purpose, and why. */
export const NOT_PASSED: Readonly<Record<string, string>> = {
  '304-etag-update-response-ETag':
    'the origin confirms an entity tag that is not the stored one, so it is asked again (RFC 9111, 4.3.4)',
  '304-etag-update-response-Set-Cookie': "a response with one user's cookie is not stored",
  '304-etag-update-response-Set-Cookie2': "a response with one user's cookie is not stored",
  'headers-store-Set-Cookie': "a response with one user's cookie is not stored",
  'headers-store-Set-Cookie2': "a response with one user's cookie is not stored",
};

/** Optimal cases that Respite does not pass: parts are not stored, languages not negotiated, and a user's cookies keep a response out. */
export const NOT_OPTIMAL: ReadonlySet<string> = new Set([
  'conditional-lm-fresh-no-lm',
  'method-POST',
  'other-cookie',
  'other-set-cookie',
  'partial-store-partial-complete',
  'partial-store-partial-reuse-partial',
  'partial-store-partial-reuse-partial-absent',
  'partial-store-partial-reuse-partial-byterange',
  'partial-store-partial-reuse-partial-suffix',
  'vary-normalise-lang-case',
  'vary-normalise-lang-order',
  'vary-normalise-lang-select',
]);
