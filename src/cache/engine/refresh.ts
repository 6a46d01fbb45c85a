// The request by which something stored is refreshed in the background, made of the request of the one who happened to come.
import { type Fields, newFields } from '../../http/fields.ts';
import type { StoredEntry } from '../policy/record.ts';
import { type CacheRequest, readRequestOf, type RequestRules } from '../policy/request.ts';
import type { Journey } from './flight.ts';
import type { Origin, OriginResponse } from './origin.ts';

/** Fields that ask for a part, or only for something else than the client has. */
const NOT_OF_ALL = ['range', 'if-range', 'if-none-match', 'if-modified-since'];

/**
 * Asks for all of the resource, by GET, as anybody would: also for a client that wants a part, only the fields, or sends cookies, which
 * have no part in what is stored unless it varies by them. Authorization stays: without it many origins answer 401.
 */
export function refreshOf(journey: Journey, rules: RequestRules): Journey {
  const { request, origin, found } = journey;
  if (request.isShareable && !request.isConditional) return journey;
  const isByCookie = found.marker?.fields.includes('cookie') === true;
  // Within a user's own partition the cookie is what the user is known by.
  const keepsCookie = isByCookie || request.partition.user !== undefined;
  const dropped = keepsCookie ? NOT_OF_ALL : [...NOT_OF_ALL, 'cookie'];
  const fields = newFields();
  const changes: Record<string, string | undefined> = newFields();
  for (const name in request.fields) {
    const value = request.fields[name];
    if (dropped.includes(name)) changes[name] = undefined;
    else if (value !== undefined) fields[name] = value;
  }
  return {
    request: readRequestOf(request.partition, 'GET', request.url, fields, request.directives, rules),
    origin: new ChangedOrigin(origin, changes),
    found,
  };
}

/** Whether something fresh is in the last part of its lifetime, and its client has nothing against it being refreshed. */
export function isDueEarly(
  { directives }: CacheRequest,
  { bornAt, freshUntil, parts }: StoredEntry,
  earlyRefresh: number,
  now: number,
): boolean {
  if (earlyRefresh === 0 || parts !== undefined || directives.onlyIfCached || directives.force) return false;
  return now < freshUntil && now >= freshUntil - earlyRefresh * (freshUntil - bornAt);
}

/** An origin that is asked by GET, with other fields than the user's. */
class ChangedOrigin implements Origin {
  readonly #origin: Origin;
  readonly #changes: Fields;
  readonly isLocal = false;
  readonly signal: undefined;

  constructor(origin: Origin, changes: Fields) {
    this.#origin = origin;
    this.#changes = changes;
  }

  get lane(): string {
    return this.#origin.lane;
  }

  get follows(): boolean {
    return this.#origin.follows;
  }

  decodes(contentEncoding: string): boolean {
    return this.#origin.decodes(contentEncoding);
  }

  send(fields: Fields, signal: AbortSignal | undefined): Promise<OriginResponse> {
    return this.#origin.send({ ...this.#changes, ...fields }, signal, 'GET');
  }
}
