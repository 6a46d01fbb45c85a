// Which environment variables hold secrets. Used by the supervisor's redaction, and by workers to tell it what they have loaded.

/** Names whose values are secrets: of headers, fields, variables and options. */
export const SECRET_NAME: RegExp =
  /authorization|cookie|token|secret|passw(?:or)?d|passphrase|pwd|api[_-]?key|access[_-]?key|private[_-]?key|credential|signature|session|jwt|csrf|xsrf|otp$|(?:^|[_.-])(?:pin|auth|sid|sas)(?:$|[_.-])/i;

/** Variables whose values are looked for wherever they stand. */
const SECRET_VARIABLE = /(?:_|^)(?:key|dsn|auth|pass)(?:_|$)/i;

/** Called so and yet none: directories, and paths to where a secret is. */
const OPEN_VARIABLE = /^(?:OLD)?PWD$|_(?:SOCK|FILE|PATH|DIR|HOME)$/i;

/** Shorter ones are words that stand anywhere (`true`, `dev`). */
const SHORTEST_VALUE = 6;

/** Values of variables that are called like secrets, and passwords in URLs; each once. */
export function secretValues(environment: Readonly<Record<string, string | undefined>>): string[] {
  const found = new Set<string>();
  for (const [name, value = ''] of Object.entries(environment)) {
    const isSecret = SECRET_NAME.test(name) || SECRET_VARIABLE.test(name);
    if (isSecret && !OPEN_VARIABLE.test(name)) found.add(value);
    for (const [, password = ''] of value.matchAll(/:\/\/[^\s/@:]*:([^\s/@]+)@/g)) {
      found.add(password);
      found.add(decoded(password));
    }
  }
  return [...found].filter((value) => value.length >= SHORTEST_VALUE);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
