// Options of a load run: what each must be, and what stands without it.
import { type Declaration, object, resolve, type Rule } from '../core/options.ts';
import { aboveZero, byName, flag, integer, list, milliseconds, rule, share } from '../core/rules.ts';
import type { LoadOptions, LoadSecond, RateProfile, RequestKind } from './contract.ts';
import { like, type ResolvedLikeOptions } from './shape/options.ts';

/** Every option with its default filled in. */
export interface ResolvedLoadOptions {
  readonly url: URL;
  readonly like: ResolvedLikeOptions | undefined;
  readonly rate: RateProfile;
  readonly durationMs: number | undefined;
  readonly mix: readonly ResolvedRequestKind[];
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: 'http/1.1' | 'h2';
  readonly connections: number;
  readonly newConnections: boolean;
  readonly slowReaders: { readonly share: number; readonly bytesPerSecond: number };
  readonly retries: { readonly obey: number; readonly ignore: number };
  readonly deadlineMs: number;
  readonly timeoutMs: number;
  readonly seed: number | undefined;
  readonly threads: number;
  readonly maxLagMs: number;
  readonly ownsTarget: boolean;
  readonly insecure: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: LoadSecond) => void) | undefined;
}

interface ResolvedRequestKind {
  readonly weight: number;
  readonly method: string;
  readonly path: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | number | undefined;
}

const MAX_RATE = 1_000_000;
const MAX_BODY_BYTES = 1024 ** 3;

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
/** No control characters: they would end the field, or the request. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const REQUEST_TARGET = /^\/[\x21-\x7e]*$/;

/** The generator decides these itself. */
const OWN_FIELDS = ['connection', 'content-length', 'transfer-encoding', 'expect', 'upgrade'];

const url: Rule<string | URL, URL> = {
  check: (value, path) =>
    isUrl(value) ? [] : [{ path, rule: 'an http: or https: URL without user name and password', value }],
  complete: (value) => new URL(value),
};

const fields = byName(
  rule<string>(
    `the name of a header other than ${OWN_FIELDS.join(', ')}`,
    (value) => TOKEN.test(String(value)) && !OWN_FIELDS.includes(String(value).toLowerCase()),
  ),
  rule<string>(
    'a text without control characters',
    (value) => typeof value === 'string' && FIELD_VALUE.test(value),
  ),
);

const perSecond = rule<number>(
  `a number from 0 to ${MAX_RATE}`,
  (value) => typeof value === 'number' && value >= 0 && value <= MAX_RATE,
);

const rate = rule<RateProfile>(
  `requests per second (more than 0, at most ${MAX_RATE}), { from, to }, or an array of rates`,
  (value) => {
    const rates = Array.isArray(value)
      ? value
      : typeof value === 'object' && value !== null && 'from' in value && 'to' in value
        ? [value.from, value.to]
        : [value];
    return (
      rates.length > 0 &&
      rates.every((each) => perSecond.check(each, []).length === 0) &&
      rates.some((each) => Number(each) > 0)
    );
  },
);

const REQUEST_KIND: Declaration<ResolvedRequestKind> = {
  weight: { rule: aboveZero(), byDefault: 1 },
  method: {
    rule: rule<string>(
      'a method other than CONNECT, such as GET',
      (value) => typeof value === 'string' && TOKEN.test(value) && value !== 'CONNECT',
    ),
    byDefault: 'GET',
  },
  path: {
    rule: rule<string>(
      'a path that begins with / and has no spaces',
      (value) => typeof value === 'string' && REQUEST_TARGET.test(value),
    ),
    byDefault: undefined,
  },
  headers: { rule: fields, byDefault: {} },
  body: {
    rule: rule<string | Uint8Array | number>(
      'a text, a Uint8Array, or a number of bytes',
      (value) =>
        typeof value === 'string' ||
        value instanceof Uint8Array ||
        (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_BODY_BYTES),
    ),
    byDefault: undefined,
  },
};

const requestKind = object<ResolvedRequestKind, RequestKind>(REQUEST_KIND);
const kinds = list('an array of requests', requestKind as Rule<unknown>);

const mix: Rule<readonly RequestKind[], readonly ResolvedRequestKind[]> = {
  check: (value, path) =>
    Array.isArray(value) && value.length === 0
      ? [{ path, rule: 'an array of one request at least', value }]
      : kinds.check(value, path),
  complete: (value) => value.map((each) => requestKind.complete(each)),
};

const NO_RETRIES = { obey: 0, ignore: 0 };

const LOAD: Declaration<ResolvedLoadOptions> = {
  url: { rule: url },
  like: { rule: like, byDefault: undefined },
  rate: { rule: rate, byDefault: 50 },
  durationMs: { rule: milliseconds(1), byDefault: undefined },
  mix: {
    rule: mix,
    byDefault: [{ weight: 1, method: 'GET', path: undefined, headers: {}, body: undefined }],
  },
  headers: { rule: fields, byDefault: {} },
  protocol: {
    rule: rule("'http/1.1' or 'h2'", (value) => value === 'http/1.1' || value === 'h2'),
    byDefault: 'http/1.1',
  },
  connections: { rule: integer(1, 10_000), byDefault: 100 },
  newConnections: { rule: flag(), byDefault: false },
  slowReaders: {
    rule: object<ResolvedLoadOptions['slowReaders']>({
      share: { rule: share() },
      bytesPerSecond: { rule: aboveZero() },
    }),
    byDefault: { share: 0, bytesPerSecond: 0 },
  },
  retries: {
    rule: object<ResolvedLoadOptions['retries']>(
      { obey: { rule: share(), byDefault: 0 }, ignore: { rule: share(), byDefault: 0 } },
      ({ obey = 0, ignore = 0 }, path) =>
        obey + ignore > 1 ? [{ path, rule: 'shares whose sum is at most 1', value: obey + ignore }] : [],
    ),
    byDefault: NO_RETRIES,
  },
  deadlineMs: { rule: milliseconds(1), byDefault: 1000 },
  timeoutMs: { rule: milliseconds(1), byDefault: 5000 },
  seed: { rule: integer(0, 2 ** 32 - 1), byDefault: undefined },
  threads: { rule: integer(1, 64), byDefault: 1 },
  maxLagMs: { rule: aboveZero(), byDefault: 1 },
  ownsTarget: { rule: flag(), byDefault: false },
  insecure: { rule: flag(), byDefault: false },
  signal: {
    rule: rule<AbortSignal>('an AbortSignal', (value) => value instanceof AbortSignal),
    byDefault: undefined,
  },
  onProgress: {
    rule: rule<(progress: LoadSecond) => void>('a function', (value) => typeof value === 'function'),
    byDefault: undefined,
  },
};

const load = object<ResolvedLoadOptions, LoadOptions>(LOAD, (given, path) =>
  (['rate', 'mix'] as const)
    .filter((name) => given.like !== undefined && given[name] !== undefined)
    .map((name) => ({
      path: [...path, name],
      rule: 'left out beside like, which has the times and the routes',
      value: given[name],
    })),
);

/** Throws a `RespiteError` that names the option, the rule and the value. */
export function resolveLoadOptions(options: LoadOptions): ResolvedLoadOptions {
  return resolve(load, options, []);
}

function isUrl(value: unknown): boolean {
  if (typeof value !== 'string' && !(value instanceof URL)) return false;
  const parsed = URL.parse(String(value));
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) return false;
  // They would be in every report; `headers` takes an Authorization.
  return parsed.username === '' && parsed.password === '';
}
