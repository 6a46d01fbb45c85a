// What the policy needs to know of a request.
import { deltaSeconds, type Directives, parseDirectives } from '../../http/directives.ts';
import { type Fields, NO_FIELDS } from '../../http/fields.ts';
import { type FindRule, type RuleFor, withoutIgnored } from './rules.ts';
import { foreignHost, partitionKey, resourceKey } from './key.ts';

/** Cache-Control of a request (RFC 9111, 5.2.1; RFC 5861, 4). Seconds; undefined where not said or not understood. */
export interface RequestDirectives {
  readonly noStore: boolean;
  readonly noCache: boolean;
  readonly onlyIfCached: boolean;
  readonly maxAge: number | undefined;
  readonly minFresh: number | undefined;
  /** Infinity for `max-stale` without a number. */
  readonly maxStale: number | undefined;
  readonly staleIfError: number | undefined;
  /** By the cache modes of fetch: as if nothing were stored (`reload`), or whatever is stored, however old (`force-cache`). */
  readonly reload: boolean;
  readonly force: boolean;
}

/** A request, as the policy sees it. */
export interface CacheRequest {
  readonly method: string;
  /** Absolute, without fragment. */
  readonly url: string;
  /** The authority that it names, where that isn't the one of the URL. */
  readonly host: string | undefined;
  /** Key of the resource, the same for all clients: what invalidations name. */
  readonly target: string;
  /** Key in stores and among requests in flight: that of the resource, or of one partition of it. */
  readonly resource: string;
  readonly partition: Partition;
  /** What the user has said about its URL. */
  readonly rule: RuleFor | undefined;
  readonly fields: Fields;
  readonly directives: RequestDirectives;
  /** Carries something that tells one user from another: Authorization or another field of credentials, or Cookie. */
  readonly hasAuthorization: boolean;
  readonly hasCookie: boolean;
  readonly range: string | undefined;
  /** Has If-None-Match or If-Modified-Since, which can be answered from a stored response. */
  readonly isConditional: boolean;
  /** Has If-Match or If-Unmodified-Since, which only the origin can answer. */
  readonly hasPrecondition: boolean;
  /** Asks for what everybody would get, so that it can share a request to the origin with others. */
  readonly isShareable: boolean;
  /** Asks for it without conditions, so that the answer tells what others would get. */
  readonly isPlain: boolean;
}

/** Which part of the clients a request is of; those of different parts share nothing. */
export interface Partition {
  /** One user, so that nothing in it needs care for others; undefined for all. */
  readonly user: string | undefined;
  /** What else tells requests apart, such as the public name that a proxy says it was asked by. */
  readonly audience: string | undefined;
}

const EVERYBODY: Partition = Object.freeze({ user: undefined, audience: undefined });

/** What a partition is made from. */
export interface PartitionedRequest {
  /** Method of the request. */
  readonly method: string;
  /** Absolute URL of the request. */
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Fields;
}

/** By what requests of one user are told from those of another. */
export interface RequestRules {
  /** `shared`: for many users. `private`: for one, whose credentials need no care (RFC 9111, 1). */
  readonly mode: 'shared' | 'private';
  /** Lower-case names of fields that are credentials, as Authorization is. */
  readonly credentialFields: ReadonlySet<string>;
  /** Names the user whose request it is; undefined for requests that all may share. */
  readonly partition: ((request: PartitionedRequest) => string | undefined) | undefined;
  /** The URL in whose place one is stored; see also `ignoreQuery` of a rule, which comes first. */
  readonly key: ((url: URL) => string | URL) | undefined;
  readonly findRule: FindRule | undefined;
}

const SHARED: RequestRules = Object.freeze({
  mode: 'shared',
  credentialFields: new Set(['authorization']),
  partition: undefined,
  key: undefined,
  findRule: undefined,
});

export const NO_REQUEST_DIRECTIVES: RequestDirectives = Object.freeze({
  noStore: false,
  noCache: false,
  onlyIfCached: false,
  maxAge: undefined,
  minFresh: undefined,
  maxStale: undefined,
  staleIfError: undefined,
  reload: false,
  force: false,
});

/**
 * Reads what matters for caching, once for each request.
 *
 * @param url As it is sent.
 * @param fields By lower-case name.
 * @param audience See {@link Partition}.
 */
export function readRequest(
  method: string,
  url: string,
  fields: Fields,
  directives: RequestDirectives = readRequestDirectives(fields),
  rules: RequestRules = SHARED,
  audience?: string,
): CacheRequest {
  let user: string | undefined;
  try {
    user = userOf(rules.partition?.({ method, url, headers: fields }));
  } catch {
    // Its user is unknown, so no caller may be answered from here.
    return readRequestOf(EVERYBODY, method, url, fields, { ...directives, noStore: true }, rules);
  }
  const partition = user === undefined && audience === undefined ? EVERYBODY : { user, audience };
  return readRequestOf(partition, method, url, fields, directives, rules);
}

/** The same for a request whose partition is known. */
export function readRequestOf(
  partition: Partition,
  method: string,
  url: string,
  fields: Fields,
  given: RequestDirectives,
  rules: RequestRules,
): CacheRequest {
  const isShared = rules.mode === 'shared' && partition.user === undefined;
  const host = foreignHost(url, fields);
  const { target, rule } = locate(url, host, rules);
  const directives = rule?.never === true ? { ...given, noStore: true } : given;
  const hasAuthorization = isShared && fields !== NO_FIELDS && hasAny(fields, rules.credentialFields);
  const hasCookie = isShared && fields['cookie'] !== undefined;
  const range = fields['range'];
  const isConditional = fields['if-none-match'] !== undefined || fields['if-modified-since'] !== undefined;
  const hasPrecondition = fields['if-match'] !== undefined || fields['if-unmodified-since'] !== undefined;
  const isShareable = method === 'GET' && range === undefined && !hasAuthorization && !hasCookie;
  return {
    method,
    url,
    host,
    target,
    resource: isPartition(partition) ? partitionKey(target, partition) : target,
    partition,
    rule,
    fields,
    directives,
    hasAuthorization,
    hasCookie,
    range,
    isConditional,
    hasPrecondition,
    isShareable,
    isPlain: isShareable && !isConditional && !hasPrecondition && !directives.noStore,
  };
}

/** Where a URL is stored, and what the user has said about it. */
export function locate(
  url: string,
  host: string | undefined,
  { key, findRule }: Pick<RequestRules, 'key' | 'findRule'>,
): { readonly target: string; readonly rule: RuleFor | undefined } {
  if (key === undefined && findRule === undefined) return { target: resourceKey(url, host), rule: undefined };
  const rule = findRule?.(new URL(url));
  const place = rule?.ignoreQuery === undefined ? url : withoutIgnored(url, rule.ignoreQuery);
  if (key === undefined) return { target: resourceKey(place, host), rule };
  try {
    const parsed = new URL(place);
    // The key of `/a/../b`, which need not be `/b`, can't be told from that of `/b`.
    if (parsed.href === place) return { target: resourceKey(new URL(key(parsed)).href, host), rule };
  } catch {
    // As for such a path.
  }
  return { target: resourceKey(place, host), rule: NEVER };
}

/** For a URL whose key can't be told. */
const NEVER: RuleFor = Object.freeze({ never: true });

/** Code without types may give anything for no user, and must not make all of these one user. */
function userOf(named: unknown): string | undefined {
  return typeof named === 'string' && named !== '' ? named : undefined;
}

/** Whether there are others for the same resource. */
export function isPartition({ user, audience }: Partition): boolean {
  return user !== undefined || audience !== undefined;
}

function hasAny(fields: Fields, names: ReadonlySet<string>): boolean {
  for (const name in fields) if (names.has(name)) return true;
  return false;
}

/** Cache-Control, or `Pragma: no-cache` where there is none (RFC 9111, 5.4). */
export function readRequestDirectives(fields: Fields): RequestDirectives {
  const field = fields['cache-control'];
  if (field === undefined) {
    const pragma = fields['pragma'];
    if (pragma === undefined || !parseDirectives(pragma).has('no-cache')) return NO_REQUEST_DIRECTIVES;
    return { ...NO_REQUEST_DIRECTIVES, noCache: true };
  }
  const directives = parseDirectives(field);
  return {
    noStore: directives.has('no-store'),
    noCache: directives.has('no-cache'),
    onlyIfCached: directives.has('only-if-cached'),
    // A bound that can't be understood is taken at its strictest.
    maxAge: seconds(directives, 'max-age', 0),
    minFresh: seconds(directives, 'min-fresh', Infinity),
    maxStale: directives.get('max-stale') === true ? Infinity : seconds(directives, 'max-stale', undefined),
    staleIfError: seconds(directives, 'stale-if-error', undefined),
    reload: false,
    force: false,
  };
}

function seconds<T>(directives: Directives, name: string, otherwise: T): number | T | undefined {
  const value = deltaSeconds(directives, name);
  return value === 'invalid' ? otherwise : value;
}
