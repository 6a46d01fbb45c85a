import { boolean, fail, knownKeys, object } from '../../core/validate.ts';
import { HEADER_NAME } from '../priority/options.ts';

/** Which pages of other origins may read shed responses. */
export interface ShedCors {
  /** `*` for all, or origins such as `https://app.example`. */
  readonly origins: '*' | readonly string[];
  /** Pages send cookies; needs a list of origins. Default false. */
  readonly credentials?: boolean | undefined;
}

/** What shed responses say beside status, reason and `Retry-After`. */
export interface ShedResponseOptions {
  /** Additional headers, such as `Strict-Transport-Security`. Default none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Lets pages of other origins read the status, `Retry-After` and `Respite-Shed`. Default: pages of all origins, for
   * requests without cookies; shed responses hold nothing of a user. `false` lets none.
   */
  readonly cors?: ShedCors | false | undefined;
  /** Sends `x-envoy-ratelimited: true`, so that Envoy and Istio do not retry the request. Default false. */
  readonly envoyRateLimited?: boolean | undefined;
}

/** {@link ShedResponseOptions} with every default filled in. */
export interface ResolvedShedResponse {
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly cors: ResolvedShedCors | false;
}

export interface ResolvedShedCors {
  readonly origins: '*' | readonly string[];
  readonly credentials: boolean;
}

export const DEFAULTS: ResolvedShedResponse = Object.freeze({
  headers: Object.freeze([]),
  cors: Object.freeze({ origins: '*', credentials: false }),
});

export const ORIGIN_RULE = 'an origin such as "https://app.example"';
export const CORS_CREDENTIALS_RULE = 'left out beside origins "*"';

/** RFC 9110, section 5.5. */
export const HEADER_VALUE: RegExp = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers that describe the message itself, which Respite writes. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-type',
  'keep-alive',
  'respite-retry',
  'respite-shed',
  'retry-after',
  'transfer-encoding',
]);

export const HEADER_RULE = 'the name of a header that Respite does not write itself';

export function isOwnHeader(name: string): boolean {
  return OWN_HEADERS.has(name.toLowerCase());
}

export function isOrigin(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/\s,]+$/i.test(text);
}

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveShedResponse(given: ShedResponseOptions = {}): ResolvedShedResponse {
  const option = 'admission.shedResponse';
  knownKeys(option, given, ['headers', 'cors', 'envoyRateLimited']);
  const headers: string[] = [];
  for (const [name, value] of Object.entries(object(`${option}.headers`, given.headers ?? {}))) {
    if (!HEADER_NAME.test(name) || isOwnHeader(name)) fail(`${option}.headers`, HEADER_RULE, name);
    if (typeof value !== 'string' || !HEADER_VALUE.test(value)) {
      fail(`${option}.headers[${JSON.stringify(name)}]`, 'the text of a header', value);
    }
    headers.push(name, value);
  }
  if (boolean(`${option}.envoyRateLimited`, given.envoyRateLimited ?? false)) {
    headers.push('x-envoy-ratelimited', 'true');
  }
  const cors = given.cors === false ? false : resolveCors(`${option}.cors`, given.cors);
  return Object.freeze({ headers: Object.freeze(headers), cors });
}

function resolveCors(option: string, given: ShedCors | undefined): ResolvedShedCors | false {
  if (given === undefined) return DEFAULTS.cors;
  knownKeys(option, given, ['origins', 'credentials']);
  const { origins } = given;
  const credentials = boolean(`${option}.credentials`, given.credentials ?? false);
  if (origins === '*') {
    if (credentials) fail(`${option}.credentials`, CORS_CREDENTIALS_RULE, credentials);
    return Object.freeze({ origins, credentials });
  }
  if (!Array.isArray(origins) || origins.length === 0) {
    fail(`${option}.origins`, '"*" or an array of at least one origin', origins);
  }
  origins.forEach((origin: unknown, i) => {
    if (typeof origin !== 'string' || !isOrigin(origin)) fail(`${option}.origins[${i}]`, ORIGIN_RULE, origin);
  });
  return Object.freeze({ origins: Object.freeze([...origins]), credentials });
}
