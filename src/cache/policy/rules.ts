// What the user has said about some URLs: rules, of which the first that matches counts.
import { type Declaration, object, type Rule } from '../../core/options.ts';
import { flag, integer, list, rule as must } from '../../core/rules.ts';

/** How responses for some URLs are stored. The first rule whose `origin` and `path` match a request counts. */
export interface CacheRule {
  /** Only for URLs of this origin, such as `https://api.example`. Default all. */
  readonly origin?: string | undefined;
  /** Only for this path; one that ends in `*` is for all that begin so; or an expression for paths. Default all. */
  readonly path?: string | RegExp | undefined;
  /** Nothing is stored, and nothing that is stored is used. Default false. */
  readonly never?: boolean | undefined;
  /**
   * How long responses below 400 are fresh, in milliseconds, in place of what they say. It makes nothing storable that says `no-store` or
   * `private`, sets a cookie, or is one user's. Default none.
   */
  readonly ttlMs?: number | undefined;
  /** The same for 404, 405, 410, 414 and 501. Default none. */
  readonly negativeTtlMs?: number | undefined;
  /** Query parameters that make no difference, or `true` for all. The order of the others makes none then. Default none. */
  readonly ignoreQuery?: true | readonly string[] | undefined;
}

/** A rule as it is applied. */
export type RuleFor = Pick<CacheRule, 'never' | 'ttlMs' | 'negativeTtlMs' | 'ignoreQuery'>;

/** Finds the rule for a URL. */
export type FindRule = (url: URL) => RuleFor | undefined;

/** As given. */
type Given = { readonly [Key in keyof CacheRule]-?: CacheRule[Key] };

export const CACHE_RULE: Declaration<Given> = Object.freeze({
  origin: {
    rule: must<string>(
      'an origin, such as "https://api.example"',
      (value) => typeof value === 'string' && URL.parse(value)?.origin === value,
    ),
    byDefault: undefined,
  },
  path: {
    rule: must<string | RegExp>(
      'a path that begins with "/", or a regular expression',
      (value) => value instanceof RegExp || (typeof value === 'string' && value.startsWith('/')),
    ),
    byDefault: undefined,
  },
  never: { rule: flag(), byDefault: undefined },
  ttlMs: { rule: integer(0), byDefault: undefined },
  negativeTtlMs: { rule: integer(0), byDefault: undefined },
  ignoreQuery: {
    rule: must<true | readonly string[]>(
      'true or a list of names',
      (value) => value === true || Array.isArray(value),
    ),
    byDefault: undefined,
  },
});

export const cacheRules: Rule<readonly CacheRule[]> = list(
  'a list of rules',
  object<Given, CacheRule>(CACHE_RULE) as Rule<CacheRule>,
);

/** Undefined if there are none. */
export function compileRules(rules: readonly CacheRule[]): FindRule | undefined {
  const compiled = rules.map(compile);
  if (compiled.length === 0) return undefined;
  return (url) => compiled.find(({ matches }) => matches(url))?.rule;
}

interface Compiled {
  readonly rule: RuleFor;
  readonly matches: (url: URL) => boolean;
}

function compile({ origin, path, never, ttlMs, negativeTtlMs, ignoreQuery }: CacheRule): Compiled {
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
