// Takes secrets out of whatever is said or written down of an incident. The only place that does.

/** What stands where a secret was. */
export const REDACTED = '***';

/** Text without what must not be kept. */
export type Redact = (text: string) => string;

// Every repetition in these patterns has an end, so that hostile text takes no more than time in proportion to its length.

/** Names whose values are secrets: of headers, fields, variables and options. */
const SECRET_NAME =
  /authorization|cookie|token|secret|passw(?:or)?d|passphrase|pwd|api[_-]?key|access[_-]?key|private[_-]?key|credential|signature|session|jwt|csrf|xsrf|otp$|(?:^|[_.-])(?:pin|auth|sid|sas)(?:$|[_.-])/i;

/** `token.js:10:4` is a place in a file. */
const SOURCE_FILE = /\.[cm]?[jt]sx?$/i;

/** A name, and what stands between it and its value, which begins where this ends. */
const NAME_AND_VALUE = /([\w.-]{1,100})((?:\\?["'])?\s{0,8}(?:=>|[:=])\s{0,8})(?=\S)/g;

/** An option of a command line, whose value is the next word. */
const OPTION = /(?<![\w-])--?([\w.-]{1,100})(\s{1,8})(?=[^\s-])/g;

/** Up to what ends a value: the closing quote if it has one, otherwise the end of the word. */
const VALUE = /\\"[^"\\\n]*(?:\\")?|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[^\s"',;&})\]]+/y;

/** Headers whose value goes on to the end of its line, or of the quotes that it stands in. */
const HEADER =
  /((?:proxy-)?authorization|(?:set-)?cookie2?)(\\?["']?\s{0,8}[:=]\s{0,8}(?:\\?["'])?)([^\n"'\\]+)/gi;

const SCHEME = /\b(bearer|basic|digest|negotiate|token)(\s{1,8})[\w.~+/=:-]{6,}/gi;

/** `user:password@`, and a user alone, which is a token as often as not. */
const USER_INFO = /(:\/\/)[^\s/@"'<>?#]{0,1000}@/gi;

/** Values of a query, whatever they are called: what a client sends there may be anything. */
const QUERY = /([?&][^\s=&?#"'<>]{1,200}=)[^\s&#"'<>]*/g;

/** What is a secret by its looks: JSON Web Tokens, keys of well-known services, private keys. */
const KNOWN_FORMS = [
  /\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g,
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|sk[-_](?:live|test|proj|ant)?[-_]?|rk_live_|npm_|hf_|AKIA|ASIA|AIza|ya29\.)[\w-]{10,}/g,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,10000}?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
];

/** Variables whose values are looked for wherever they stand. */
const SECRET_VARIABLE = /(?:_|^)(?:key|dsn|auth|pass)(?:_|$)/i;

/** Called so and yet none: directories, and paths to where a secret is. */
const OPEN_VARIABLE = /^(?:OLD)?PWD$|_(?:SOCK|FILE|PATH|DIR|HOME)$/i;

/** Shorter ones are words that stand anywhere (`true`, `dev`). */
const SHORTEST_VALUE = 6;

/** @param environment The values of variables that are called like secrets, and passwords in URLs, are not kept wherever they stand. */
export function createRedact(environment: Readonly<Record<string, string | undefined>>): Redact {
  const values = secretValues(environment);
  return (text) => {
    let kept = text;
    for (const value of values) kept = kept.replaceAll(value, REDACTED);
    for (const form of KNOWN_FORMS) kept = kept.replace(form, REDACTED);
    kept = kept
      .replace(HEADER, `$1$2${REDACTED}`)
      .replace(SCHEME, `$1$2${REDACTED}`)
      .replace(USER_INFO, `$1${REDACTED}@`)
      .replace(QUERY, `$1${REDACTED}`);
    return hideNamed(hideNamed(kept, OPTION), NAME_AND_VALUE);
  };
}

/** The same for every string in a value as JSON has them; names of secrets have theirs hidden whatever it is. */
export function redactAll<T>(value: T, redact: Redact): T {
  return walk(value, redact) as T;
}

function walk(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) {
    return value.map((each, i) => (isNamedBy(value[i - 1], each) ? REDACTED : walk(each, redact)));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      redact(name),
      (typeof each === 'string' || Array.isArray(each)) && SECRET_NAME.test(name)
        ? REDACTED
        : walk(each, redact),
    ]),
  );
}

/** In the arguments of a command line the value comes after its option. */
function isNamedBy(option: unknown, value: unknown): boolean {
  const isOption = typeof option === 'string' && /^--?[\w-]+$/.test(option) && SECRET_NAME.test(option);
  return isOption && typeof value === 'string' && !value.startsWith('-');
}

/** Hides what follows the names of secrets. The value of any other name may have another name in it. */
function hideNamed(text: string, names: RegExp): string {
  let kept = '';
  let done = 0;
  for (const found of text.matchAll(names)) {
    const at = found.index + found[0].length;
    const [, name = ''] = found;
    if (found.index < done || !SECRET_NAME.test(name) || SOURCE_FILE.test(name)) continue;
    VALUE.lastIndex = at;
    const value = VALUE.exec(text)?.[0];
    if (value === undefined) continue;
    kept += text.slice(done, at) + inQuotes(value);
    done = at + value.length;
  }
  return kept + text.slice(done);
}

/** Keeps the quotes, so that what was JSON still is. */
function inQuotes(value: string): string {
  const quote = /^\\?["']/.exec(value)?.[0] ?? '';
  const isClosed = quote !== '' && value.length > quote.length && value.endsWith(quote);
  return `${quote}${REDACTED}${isClosed ? quote : ''}`;
}

function secretValues(environment: Readonly<Record<string, string | undefined>>): string[] {
  const found = new Set<string>();
  for (const [name, value = ''] of Object.entries(environment)) {
    const isSecret = SECRET_NAME.test(name) || SECRET_VARIABLE.test(name);
    if (isSecret && !OPEN_VARIABLE.test(name)) found.add(value);
    for (const [, password = ''] of value.matchAll(/:\/\/[^\s/@:]*:([^\s/@]+)@/g)) {
      found.add(password);
      found.add(decoded(password));
    }
  }
  // The longest first: one may hold another.
  return [...found].filter((value) => value.length >= SHORTEST_VALUE).toSorted((a, b) => b.length - a.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
