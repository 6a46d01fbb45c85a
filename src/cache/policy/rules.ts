// What the user has said about some URLs: rules, of which the first that matches counts.
import { fail, integer, knownKeys } from '../../core/validate.ts';

/** How responses for some URLs are stored. The first rule whose `origin` and `path` match a request counts. */
export interface CacheRule {
  /** Only for URLs of this origin, such as `https://api.example`. Default all. */
  readonly origin?: string | undefined;
  /** Only for this path; one that ends in `*` is for all that begin so; or an expression for paths. Default all. */
  readonly path?: string | RegExp | undefined;
  /** Nothing is stored, and nothing that is stored is used. */
  readonly never?: boolean | undefined;
  /**
   * How long responses below 400 are fresh, in milliseconds, in place of what they say. It makes nothing storable that says `no-store` or
   * `private`, sets a cookie, or is one user's.
   */
  readonly ttlMs?: number | undefined;
  /** The same for 404, 405, 410, 414 and 501. */
  readonly negativeTtlMs?: number | undefined;
  /** Query parameters that make no difference, or `true` for all. The order of the others makes none then. */
  readonly ignoreQuery?: true | readonly string[] | undefined;
}

/** A rule as it is applied. */
export type RuleFor = Pick<CacheRule, 'never' | 'ttlMs' | 'negativeTtlMs' | 'ignoreQuery'>;

/** Finds the rule for a URL. */
export type FindRule = (url: URL) => RuleFor | undefined;

const NAMES: readonly (keyof CacheRule)[] = [
  'origin',
  'path',
  'never',
  'ttlMs',
  'negativeTtlMs',
  'ignoreQuery',
];

/** Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID`. Undefined if there are none. */
export function compileRules(option: string, rules: readonly CacheRule[]): FindRule | undefined {
  if (!Array.isArray(rules)) fail(option, 'a list of rules', rules);
  const compiled = rules.map((rule: CacheRule, i) => compile(`${option}[${i}]`, rule));
  if (compiled.length === 0) return undefined;
  return (url) => compiled.find(({ matches }) => matches(url))?.rule;
}

interface Compiled {
  readonly rule: RuleFor;
  readonly matches: (url: URL) => boolean;
}

function compile(option: string, rule: CacheRule): Compiled {
  knownKeys(option, rule, NAMES);
  const { origin, path, never, ttlMs, negativeTtlMs, ignoreQuery } = rule;
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).origin !== origin))
    fail(`${option}.origin`, 'an origin, such as "https://api.example"', origin);
  if (path !== undefined && !(path instanceof RegExp) && !path.startsWith('/'))
    fail(`${option}.path`, 'a path that begins with "/", or a regular expression', path);
  if (never !== undefined && typeof never !== 'boolean') fail(`${option}.never`, 'true or false', never);
  if (ttlMs !== undefined) integer(`${option}.ttlMs`, ttlMs, 0);
  if (negativeTtlMs !== undefined) integer(`${option}.negativeTtlMs`, negativeTtlMs, 0);
  if (ignoreQuery !== undefined && ignoreQuery !== true && !Array.isArray(ignoreQuery))
    fail(`${option}.ignoreQuery`, 'true or a list of names', ignoreQuery);
  const isPath = pathMatcher(path);
  return {
    rule: { never, ttlMs, negativeTtlMs, ignoreQuery },
    matches: (url) => (origin === undefined || url.origin === origin) && isPath(url.pathname),
  };
}

function pathMatcher(path: string | RegExp | undefined): (pathname: string) => boolean {
  if (path === undefined) return () => true;
  if (path instanceof RegExp) {
    // One with the flags g or y would remember where it was.
    const stateless = new RegExp(path.source, path.flags.replaceAll(/[gy]/g, ''));
    return (pathname) => stateless.test(pathname);
  }
  if (!path.endsWith('*')) return (pathname) => pathname === path;
  const start = path.slice(0, -1);
  return (pathname) => pathname.startsWith(start);
}

/** The URL without what makes no difference; its path as it is sent, since `/a/../b` need not be `/b`. */
export function withoutIgnored(url: string, ignoreQuery: true | readonly string[]): string {
  const [path, query] = splitQuery(url);
  if (query === undefined || ignoreQuery === true) return path;
  const kept = new URLSearchParams(query);
  for (const name of ignoreQuery) kept.delete(name);
  kept.sort();
  return kept.size === 0 ? path : `${path}?${kept.toString()}`;
}

function splitQuery(url: string): readonly [path: string, query?: string] {
  const at = url.indexOf('?');
  return at === -1 ? [url] : [url.slice(0, at), url.slice(at + 1)];
}

/** The lifetime that a rule gives a response with this status. */
export function ruledLifetime(rule: RuleFor | undefined, status: number): number | undefined {
  if (rule === undefined) return undefined;
  if (status < 400) return rule.ttlMs;
  return NEGATIVE.has(status) ? rule.negativeTtlMs : undefined;
}

/** Errors that are about a resource, not about a request, a user or the state of a server (RFC 9110, 15.1). */
const NEGATIVE: ReadonlySet<number> = new Set([404, 405, 410, 414, 501]);
