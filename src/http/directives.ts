// Cache-Control (RFC 9111, 5.2): a list of directives, read so that what can't be understood never widens what is allowed.

/** RFC 9111, 1.2.2: what doesn't fit is taken as 2^31. */
const DELTA_SECONDS_LIMIT = 2_147_483_648;

/**
 * The directives of one or more Cache-Control fields, by lower-case name. The value is `true` without an argument, and
 * `undefined` (with the key present) for an argument that is malformed or said twice with different values.
 */
export type Directives = ReadonlyMap<string, string | true | undefined>;

export const NO_DIRECTIVES: Directives = new Map();

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** A quote that never ends, or one in the wrong place, hides the rest of the field; these must not get lost in there. */
const RESTRICTIVE = [
  'no-store',
  'private',
  'no-cache',
  'must-revalidate',
  'proxy-revalidate',
  'must-understand',
];

/** Reads a Cache-Control field whose lines have been joined by commas. */
export function parseDirectives(field: string | undefined): Directives {
  if (field === undefined) return NO_DIRECTIVES;
  const found = new Map<string, string | true | undefined>();
  for (const member of splitList(field)) {
    const equals = member.indexOf('=');
    const name = (equals === -1 ? member : member.slice(0, equals)).trim().toLowerCase();
    const argument = equals === -1 ? true : unquote(member.slice(equals + 1));
    if (!TOKEN.test(name) || (argument === undefined && member.includes('"'))) {
      const lower = member.toLowerCase();
      for (const restrictive of RESTRICTIVE) if (lower.includes(restrictive)) found.set(restrictive, true);
    }
    // "max-age =1" is no directive of RFC 9110's grammar: known, but not understood.
    const exact = equals === -1 || member.charAt(equals - 1).trim() !== '';
    const value = exact ? argument : undefined;
    if (!found.has(name)) found.set(name, value);
    else if (found.get(name) !== value) found.set(name, undefined);
  }
  return found;
}

/** Seconds of a directive such as `max-age`. `undefined` if it is not there, `invalid` if it is but is no number. */
export function deltaSeconds(directives: Directives, name: string): number | 'invalid' | undefined {
  const value = directives.get(name);
  if (value === undefined) return directives.has(name) ? 'invalid' : undefined;
  return value !== true && /^\d+$/.test(value) ? Math.min(Number(value), DELTA_SECONDS_LIMIT) : 'invalid';
}

/** The members of a list (RFC 9110, 5.6.1) without empty ones; commas in quoted strings don't separate. */
export function splitList(field: string): string[] {
  const members: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i <= field.length; i += 1) {
    const char = field[i];
    if (char === undefined || (char === ',' && !quoted)) {
      const member = field.slice(start, i).trim();
      if (member !== '') members.push(member);
      start = i + 1;
    } else if (char === '"') quoted = !quoted;
    // The last character can't escape anything, and must not be stepped over.
    else if (char === '\\' && quoted && i + 1 < field.length) i += 1;
  }
  return members;
}

function unquote(text: string): string | undefined {
  if (TOKEN.test(text)) return text;
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(text);
  return quoted?.[1]?.replaceAll(/\\(.)/gs, '$1');
}
