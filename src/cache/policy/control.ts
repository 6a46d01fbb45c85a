// Which directives rule a response: Cache-Control, or a targeted field in its place (RFC 9213).
import { deltaSeconds, parseDirectives } from '../../http/directives.ts';
import type { Fields } from '../../http/fields.ts';
import { type BareItem, parseDictionary } from '../../http/structured.ts';

/** Directives of a response. Seconds. */
export interface Control {
  /** By a targeted field, so Expires and Pragma say nothing. */
  readonly targeted: boolean;
  readonly noStore: boolean;
  readonly noCache: boolean;
  readonly private: boolean;
  readonly public: boolean;
  readonly mustRevalidate: boolean;
  readonly proxyRevalidate: boolean;
  readonly mustUnderstand: boolean;
  readonly immutable: boolean;
  readonly maxAge: number | 'invalid' | undefined;
  readonly sMaxAge: number | 'invalid' | undefined;
  readonly staleWhileRevalidate: number | undefined;
  readonly staleIfError: number | undefined;
}

/** The ruling directives; of `targets` the first that is there, can be parsed and isn't empty (RFC 9213, 2.2). */
export function controlOf(fields: Fields, targets: readonly string[]): Control {
  for (const target of targets) {
    const field = fields[target];
    const dictionary = field === undefined ? undefined : parseDictionary(field);
    if (dictionary !== undefined && dictionary.size > 0) return targetedControl(dictionary);
  }
  const directives = parseDirectives(fields['cache-control']);
  const number = (name: string): number | undefined => {
    const value = deltaSeconds(directives, name);
    return value === 'invalid' ? undefined : value;
  };
  return {
    targeted: false,
    noStore: directives.has('no-store'),
    // With a list of fields too: they could be left out instead, which no caller relies on (RFC 9111, 5.2.2.4).
    noCache: directives.has('no-cache') || (directives.size === 0 && saysPragma(fields)),
    private: directives.has('private'),
    public: directives.has('public'),
    mustRevalidate: directives.has('must-revalidate'),
    proxyRevalidate: directives.has('proxy-revalidate'),
    mustUnderstand: directives.has('must-understand'),
    immutable: directives.has('immutable'),
    maxAge: deltaSeconds(directives, 'max-age'),
    sMaxAge: deltaSeconds(directives, 's-maxage'),
    staleWhileRevalidate: number('stale-while-revalidate'),
    staleIfError: number('stale-if-error'),
  };
}

/** Pragma says nothing in responses (RFC 9111, 5.4), but those that send it alone mean it. */
function saysPragma(fields: Fields): boolean {
  return fields['cache-control'] === undefined && parseDirectives(fields['pragma']).has('no-cache');
}

function targetedControl(dictionary: ReadonlyMap<string, BareItem>): Control {
  // `private="field"` is a string, and as good as true; `?0` is not said at all.
  const says = (name: string): boolean => {
    const value = dictionary.get(name);
    return value !== undefined && value !== false;
  };
  const number = (name: string): number | 'invalid' | undefined => {
    const value = dictionary.get(name);
    if (value === undefined) return undefined;
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 'invalid';
  };
  const valid = (name: string): number | undefined => {
    const value = number(name);
    return value === 'invalid' ? undefined : value;
  };
  return {
    targeted: true,
    noStore: says('no-store'),
    noCache: says('no-cache'),
    private: says('private'),
    public: says('public'),
    mustRevalidate: says('must-revalidate'),
    proxyRevalidate: says('proxy-revalidate'),
    mustUnderstand: says('must-understand'),
    immutable: says('immutable'),
    maxAge: number('max-age'),
    sMaxAge: number('s-maxage'),
    staleWhileRevalidate: valid('stale-while-revalidate'),
    staleIfError: valid('stale-if-error'),
  };
}
