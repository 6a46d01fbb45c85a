// Takes secrets out of text. The only place that does: the ledger calls it for incidents, evidence/ for files, cli/log.ts for log lines.

import { SECRET_NAME, secretValues } from './secrets.ts';

/** What stands where a secret was. */
export const REDACTED = '***';

/** Text without what must not be kept. */
export type Redact = (text: string) => string;

// What stands for a secret stays, with what was written behind it: text may come by twice.
// Every repetition in these patterns has an end, so that hostile text takes no more than time in proportion to its length.

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
  /((?:proxy-)?authorization|(?:set-)?cookie2?)(\\?["']?\s{0,8}[:=](?!\s{0,8}(?:\\?["'])?\*{3}(?![^\s,;:)\]}"'\\]))\s{0,8}(?:\\?["'])?)([^\n"'\\]+)/gi;

const SCHEME = /\b(bearer|basic|digest|negotiate|token)(\s{1,8})[\w.~+/=:-]{6,}/gi;

/** `user:password@`, and a user alone, which is a token as often as not. */
const USER_INFO = /(:\/\/)[^\s/@"'<>?#]{0,1000}@/gi;

/** Values of a query, whatever they are called: what a client sends there may be anything. */
const QUERY = /([?&][^\s=&?#"'<>]{1,200}=)(?!\*{3}(?![^\s,;:)\]}]))[^\s&#"'<>]*/g;

/** What is a secret by its looks: JSON Web Tokens, keys of well-known services, private keys. */
const KNOWN_FORMS = [
  /\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g,
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|sk[-_](?:live|test|proj|ant)?[-_]?|rk_live_|npm_|hf_|AKIA|ASIA|AIza|ya29\.)[\w-]{10,}/g,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,10000}?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
];

/** Maximum number of secrets that are learned of workers; of more, the oldest are forgotten. */
const MAX_LEARNED = 1000;

/** Redacts what is a secret by its looks or its place, and the values of secrets. */
export class Redaction {
  readonly #own: readonly string[];
  readonly #learned = new Set<string>();
  /** The longest first: one may hold another. */
  #values: readonly string[];

  /** @param environment The values of variables that are called like secrets, and passwords in URLs, are not kept wherever they stand. */
  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#own = secretValues(environment);
    this.#values = longestFirst(this.#own);
  }

  /** Secrets that this process has not in its environment: a worker has loaded them. */
  learn(values: readonly string[]): void {
    for (const value of values) {
      this.#learned.delete(value);
      if (value !== '') this.#learned.add(value);
    }
    for (const value of this.#learned) {
      if (this.#learned.size <= MAX_LEARNED) break;
      this.#learned.delete(value);
    }
    this.#values = longestFirst([...this.#own, ...this.#learned]);
  }

  readonly redact: Redact = (text) => {
    let kept = text;
    for (const value of this.#values) kept = kept.replaceAll(value, REDACTED);
    for (const form of KNOWN_FORMS) kept = kept.replace(form, REDACTED);
    kept = kept
      .replace(HEADER, `$1$2${REDACTED}`)
      .replace(SCHEME, `$1$2${REDACTED}`)
      .replace(USER_INFO, `$1${REDACTED}@`)
      .replace(QUERY, `$1${REDACTED}`);
    return hideNamed(hideNamed(kept, OPTION), NAME_AND_VALUE);
  };
}

let ofProcess: Redaction | undefined;

/** The one redaction of this process, for all text that it stores, logs, sends or shows. Made at the first call. */
export function processRedaction(): Redaction {
  return (ofProcess ??= new Redaction(process.env));
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

function longestFirst(values: readonly string[]): readonly string[] {
  return values.toSorted((a, b) => b.length - a.length);
}
