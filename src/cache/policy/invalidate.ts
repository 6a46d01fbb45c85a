// What a response to an unsafe request makes invalid (RFC 9111, 4.4).
import type { Fields } from '../../http/fields.ts';
import type { CacheRequest } from './request.ts';

/** RFC 9110, 9.2.1, and safe extensions: PROPFIND and REPORT (RFC 9110's registry), SEARCH, QUERY. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'REPORT', 'SEARCH', 'QUERY', 'PRI']);

/** Whether the method may change something; one that is not known may. */
export function isUnsafe(method: string): boolean {
  return !SAFE.has(method);
}

/**
 * URLs whose stored responses a response to an unsafe request makes invalid; none if it is an error.
 *
 * @param redirectedTo Where the response comes from, if redirects have led there: then the first answer was none that is an error.
 */
export function invalidatedUrls(
  { url, host }: Pick<CacheRequest, 'url' | 'host'>,
  status: number,
  fields: Fields,
  redirectedTo?: string,
): readonly string[] {
  const isError = status < 200 || status >= 400;
  if (isError && redirectedTo === undefined) return [];
  const connected = new URL(url);
  const target = new URL(url);
  if (host !== undefined) {
    target.port = '';
    target.host = host;
  }
  // As it was sent, and as others may have written it.
  const urls = new Set([url, connected.href]);
  // Relative to where they were said.
  const base = redirectedTo ?? target;
  const named = isError ? [] : [fields['location'], fields['content-location']];
  for (const field of [redirectedTo, ...named]) {
    if (field === undefined || !URL.canParse(field, base)) continue;
    const other = new URL(field, base);
    // Others could be used to empty a cache that is not theirs.
    if (other.origin === target.origin) urls.add(connected.origin + other.pathname + other.search);
  }
  return [...urls];
}
