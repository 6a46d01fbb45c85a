// The part of the shell's language that start scripts in package.json are mostly written in: one command, variables before it, quotes.

export interface ShellCommand {
  readonly words: readonly string[];
  /** Variables that are set for it: `NODE_ENV=production node server.js`. */
  readonly env: Readonly<Record<string, string>>;
}

/** What may come before a command and its variables, and only starts it. */
const PREFIXES: ReadonlySet<string> = new Set(['exec', 'env', 'cross-env']);

/** What a shell would do more about: another command, a pipe, a file, a pattern. */
const NEEDS_SHELL = /[&|;<>()`*?[\]{}!#~\n]/;
const VARIABLE = /^\$(?:(\w+)|\{(\w+)(?::-([^}$`]*))?\})/;
const ASSIGNMENT = /^([A-Za-z_]\w*)=([^]*)$/;

/** Undefined if it takes a shell. @param env For `$PORT`, `${PORT}` and `${PORT:-3000}`. */
export function parseCommand(text: string, env: Readonly<NodeJS.ProcessEnv>): ShellCommand | undefined {
  const words = wordsOf(text, env);
  if (words === undefined) return undefined;
  const set: Record<string, string> = {};
  let start = 0;
  let before = '';
  for (; start < words.length; start += 1) {
    const word = words[start] ?? '';
    const [, name, value] = ASSIGNMENT.exec(word) ?? [];
    if (name !== undefined) set[name] = value ?? '';
    else if (!PREFIXES.has(word)) break;
    else before = word;
  }
  const rest = words.slice(start);
  // An option of the prefix, such as `env -i`.
  const isOption = before !== '' && rest[0]?.startsWith('-') === true;
  return rest.length === 0 || isOption ? undefined : { words: rest, env: set };
}

function wordsOf(text: string, env: Readonly<NodeJS.ProcessEnv>): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (quote === "'" ? char !== "'" : false) word = `${word ?? ''}${char}`;
    else if (char === quote) quote = undefined;
    else if (quote === undefined && (char === '"' || char === "'")) {
      quote = char;
      word ??= '';
    } else if (char === '\\') {
      at += 1;
      word = `${word ?? ''}${text[at] ?? ''}`;
    } else if (char === '$') {
      const [all, plain, braced, fallback] = VARIABLE.exec(text.slice(at)) ?? [];
      if (all === undefined) return undefined;
      const value = env[plain ?? braced ?? ''] || fallback || '';
      if (quote !== undefined || value !== '') word = `${word ?? ''}${value}`;
      at += all.length - 1;
    } else if (quote === undefined && /\s/.test(char) && char !== '\n') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (NEEDS_SHELL.test(char) && (quote === undefined || char === '`')) return undefined;
    else word = `${word ?? ''}${char}`;
  }
  if (quote !== undefined) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
