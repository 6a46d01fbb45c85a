// Header fields as the cache keeps them: by lower-case name, several lines joined by commas.

/** Fields by lower-case name. */
export type Fields = Readonly<Record<string, string | undefined>>;

/**
 * What fields are made by: objects that inherit nothing, so that a field may have any name. Unlike those of `Object.create(null)` they
 * are no hash tables, which V8 takes longer to make and to go through.
 */
function FieldsOf(): void {}
FieldsOf.prototype = Object.create(null) as object;
const Bare = FieldsOf as unknown as new () => Record<string, string>;

/** Fields, none so far. */
export function newFields(): Record<string, string> {
  return new Bare();
}

export const NO_FIELDS: Fields = Object.freeze(newFields());

/** Anything that `fetch` takes for headers. */
export type FieldsInit =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Copies fields; a name that comes twice is joined, cookies by `; ` (RFC 9113, 8.2.3). */
export function readFields(init: FieldsInit | undefined): Fields {
  if (init === undefined) return NO_FIELDS;
  const fields = newFields();
  if (Symbol.iterator in init) {
    for (const [name, value] of init) add(fields, name, value);
  } else {
    for (const name in init) {
      const value = init[name];
      if (typeof value === 'string') add(fields, name, value);
      else if (Array.isArray(value)) for (const one of value) add(fields, name, String(one));
      else if (value !== undefined) add(fields, name, String(value));
    }
  }
  return fields;
}

function add(fields: Record<string, string>, name: string, value: string): void {
  const key = name.toLowerCase();
  const before = fields[key];
  const trimmed = value.trim();
  if (before === undefined) fields[key] = trimmed;
  else fields[key] = before + (key === 'cookie' ? '; ' : ', ') + trimmed;
}

/**
 * Never stored: hop by hop (RFC 9110, 7.6.1), for one proxy only (RFC 9111, 3.1), or said anew by this cache.
 * `set-cookie` belongs to the caller.
 */
const UNSTORED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'set-cookie',
  'set-cookie2',
]);

/** What of a response's fields is stored. */
export function storedFields(fields: Fields): Record<string, string> {
  const named = fields['connection']?.toLowerCase().split(',') ?? [];
  const kept = newFields();
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined && !UNSTORED.has(name) && !named.some((hop) => hop.trim() === name))
      kept[name] = value;
  }
  return kept;
}
