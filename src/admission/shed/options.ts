import { type Declaration, object, resolve, type Rule } from '../../core/options.ts';
import { byName, flag, list, orFalse, rule } from '../../core/rules.ts';
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
  /** Additional headers, such as `Strict-Transport-Security`, by name. Default none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Lets pages of other origins read the status, `Retry-After` and `Respite-Shed`: `{ origins, credentials }`; `false` lets none. Shed responses
   * hold nothing of a user. Default `{ origins: '*' }`, for requests without cookies.
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

const headerName: Rule<string> = rule(
  'the name of a header that Respite does not write itself',
  (value) => HEADER_NAME.test(String(value)) && !OWN_HEADERS.has(String(value).toLowerCase()),
);

/** RFC 9110, section 5.5. */
const headerText: Rule<string> = rule(
  'the text of a header',
  (value) => typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value),
);

const ORIGINS_RULE = '"*" or an array of at least one origin';

const originList: Rule<readonly string[]> = list(
  ORIGINS_RULE,
  rule(
    'an origin such as "https://app.example"',
    (value) => typeof value === 'string' && /^[a-z][a-z0-9+.-]*:\/\/[^/\s,]+$/i.test(value),
  ),
  1,
);

const origins: Rule<'*' | readonly string[]> = {
  check: (value, path) => (value === '*' ? [] : originList.check(value, path)),
  complete: (value) => (value === '*' ? value : originList.complete(value)),
};

const cors: Rule<ShedCors, ResolvedShedCors> = object<ResolvedShedCors, ShedCors>(
  { origins: { rule: origins }, credentials: { rule: flag(), byDefault: false } },
  (given, path) => {
    if (given.origins !== '*' || given.credentials !== true) return [];
    return [{ path: [...path, 'credentials'], rule: 'left out beside origins "*"', value: true }];
  },
);

/** Each of the options by itself. */
interface Declared {
  readonly headers: Readonly<Record<string, string>>;
  readonly cors: ResolvedShedCors | false;
  readonly envoyRateLimited: boolean;
}

export const SHED_RESPONSE: Declaration<Declared> = Object.freeze({
  headers: { rule: byName(headerName, headerText), byDefault: Object.freeze({}) },
  cors: { rule: orFalse(cors), byDefault: cors.complete({ origins: '*' }) },
  envoyRateLimited: { rule: flag(), byDefault: false },
});

const declared: Rule<ShedResponseOptions, Declared> = object(SHED_RESPONSE);

export const shedResponse: Rule<ShedResponseOptions, ResolvedShedResponse> = {
  check: declared.check,
  complete: (given) => {
    const { headers, cors: readers, envoyRateLimited } = declared.complete(given);
    const own = envoyRateLimited ? ['x-envoy-ratelimited', 'true'] : [];
    return Object.freeze({
      headers: Object.freeze([...Object.entries(headers).flat(), ...own]),
      cors: readers,
    });
  },
};

export const SHED_RESPONSE_DEFAULTS: ResolvedShedResponse = shedResponse.complete({});

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveShedResponse(given: ShedResponseOptions = {}): ResolvedShedResponse {
  return resolve(shedResponse, given, ['admission', 'shedResponse']);
}
