// Commands in the documentation's shell snippets.

/** What separates commands, and what only moves their output. */
const SEPARATORS: ReadonlySet<string> = new Set(['|', '||', '&&', ';', '&', '(', ')', '$(', '`']);

const MANAGERS: ReadonlySet<string> = new Set(['npm', 'pnpm', 'yarn']);

const WORD =
  /\s*(?:(#.*$)|(\|\||&&|\$\(|[|&;()])|(\d*>&\d|\d*>>?\s*[^\s|&;]+|<\s*\S+)|((?:"[^"]*"|'[^']*'|\\.|[^\s"'|&;()])+))/gmy;

/** Commands of a script, each as its words. Lines that end in `\` go on; comments and redirections are left out. */
export function commandsIn(script: string): readonly (readonly string[])[] {
  const commands: string[][] = [];
  for (const line of script.replaceAll(/\\\n\s*/g, ' ').split('\n')) {
    let current: string[] = [];
    WORD.lastIndex = 0;
    for (let match = WORD.exec(line); match !== null && match[0] !== ''; match = WORD.exec(line)) {
      const [, , separator, , word] = match;
      if (separator !== undefined && SEPARATORS.has(separator)) {
        commands.push(current);
        current = [];
      } else if (word !== undefined) current.push(unquoted(word));
    }
    commands.push(current);
  }
  return commands.filter((words) => words.length > 0);
}

/** What stands behind `respite` in a command: `npx respite …`, `sudo -u shop node_modules/.bin/respite …`. */
export function respiteArgs(words: readonly string[]): readonly string[] | undefined {
  const at = words.findIndex((word) => word === 'respite' || word.endsWith('/.bin/respite'));
  // `npm install respite`, `npm run bench -- … respite`.
  const isOfManager = words.slice(0, Math.max(at, 0)).some((word) => MANAGERS.has(word));
  return at === -1 || isOfManager ? undefined : words.slice(at + 1);
}

function unquoted(word: string): string {
  return word.replaceAll(
    /"([^"]*)"|'([^']*)'|\\(.)/g,
    (_, double = '', single = '', escaped = '') => `${double}${single}${escaped}`,
  );
}
