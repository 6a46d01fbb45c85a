// Every `respite` command in the documentation is one that the command line takes; scripts of npm and files of this repository exist.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Tokens } from 'marked';
import packageJson from '../../package.json' with { type: 'json' };
import { inspectFlags } from '../../src/cli/inspect-flags.ts';
import { createProgram } from '../../src/cli/program.ts';
import { pages, partsOf } from './pages.ts';
import { commandsIn, respiteArgs } from './shell.ts';
import { blocksIn } from './snippets.ts';
import { repository } from './sources.ts';

interface Shown {
  readonly page: string;
  readonly words: readonly string[];
}

const inBlocks: readonly Shown[] = pages().flatMap((page) =>
  blocksIn(partsOf(path.join(repository, page)), 'sh').flatMap((script) =>
    commandsIn(script).map((words) => ({ page, words })),
  ),
);

/** Dockerfiles and manifests have commands as lists. */
const inLists: readonly Shown[] = pages().flatMap((page) =>
  blocksIn(partsOf(path.join(repository, page)), 'dockerfile', 'yaml').flatMap((text) =>
    (text.match(/\[[^[\]\n]*\brespite['"][^[\]\n]*\]/g) ?? []).map((list) => ({
      page,
      words: JSON.parse(list.replaceAll("'", '"')) as string[],
    })),
  ),
);

/** Commands that the text mentions. Grammars such as `respite run [options]` are left out, and so is a message that begins like a command. */
const inText: readonly Shown[] = pages().flatMap((page) =>
  partsOf(path.join(repository, page)).flatMap(({ token }) => {
    const text = token.type === 'codespan' ? (token as Tokens.Codespan).text : '';
    const isCommand =
      /^(?:npx respite|respite|npm run|node) (?!needs )[a-z]/.test(text) && !/[[\]<>|…]/.test(text);
    return isCommand ? commandsIn(text).map((words) => ({ page, words })) : [];
  }),
);

/** The text may name a command or an option without what belongs to it: "`respite load --against` compares …". */
const INCOMPLETE: ReadonlySet<string> = new Set([
  'commander.help',
  'commander.missingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.optionMissingArgument',
]);

function takesValue(program: ReturnType<typeof createProgram>, option: string): boolean {
  const run = program.commands.find((command) => command.name() === 'run');
  return run?.options.some((each) => each.required && [each.long, each.short].includes(option)) === true;
}

async function refusalOf(args: readonly string[], mayBeIncomplete = false): Promise<string | undefined> {
  const accept = async (): Promise<void> => {};
  let said = '';
  const program = createProgram({
    version: packageJson.version,
    run: accept,
    incidents: accept,
    status: accept,
    top: accept,
    restart: accept,
    operate: accept,
    prepare: accept,
    load: accept,
    tune: accept,
    drill: accept,
    shape: accept,
    tryNotifications: accept,
    write: () => {},
    writeError: (text) => (said += text),
  });
  try {
    await program.parseAsync([
      'node',
      'respite',
      ...inspectFlags(args, (option) => takesValue(program, option)),
    ]);
    return undefined;
  } catch (error) {
    const { code, exitCode, message } = error as { code?: string; exitCode?: number; message: string };
    const isFine = exitCode === 0 || (mayBeIncomplete && INCOMPLETE.has(code ?? ''));
    return isFine ? undefined : said || message;
  }
}

test('every respite command is one that the command line takes', async () => {
  const refused: string[] = [];
  let count = 0;
  for (const shown of [...inBlocks, ...inLists, ...inText]) {
    const { page, words } = shown;
    const args = respiteArgs(words);
    if (args === undefined || args.length === 0) continue;
    count += 1;
    const refusal = await refusalOf(args, inText.includes(shown));
    if (refusal !== undefined) refused.push(`${page}: respite ${args.join(' ')}\n  ${refusal.trim()}`);
  }
  assert.ok(count > 100, `only ${count} commands were found`);
  assert.deepEqual(refused, []);
});

test('every script of npm that is run exists', () => {
  const scripts = new Set(Object.keys(packageJson.scripts));
  const run = [...inBlocks, ...inText].flatMap(({ page, words }) => {
    const [npm, verb, name] = words;
    return npm === 'npm' && verb === 'run' && name !== undefined ? [{ page, name }] : [];
  });
  assert.ok(run.length > 10, `only ${run.length} were found`);
  assert.deepEqual(
    run.filter(({ name }) => !scripts.has(name)),
    [],
  );
});

test('every file of this repository that a command names exists', () => {
  const named = [...inBlocks, ...inText].flatMap(({ page, words }) =>
    words
      .filter((word) => /^(?:scripts|src|test|bench|deploy|docs|examples)\/[\w./-]+$/.test(word))
      .map((file) => ({ page, file })),
  );
  assert.ok(named.length > 0);
  assert.deepEqual(
    named.filter(({ file }) => !existsSync(path.join(repository, file))),
    [],
  );
});

test('commands are found behind others, with their quotes and without comments', () => {
  const script = `
cd /srv && sudo -u shop npx respite status   # as the service
PORT=1 respite run --management ':9999' \\
  server.js > out.log 2>&1 | cat
npm install respite`;
  assert.deepEqual(
    commandsIn(script).flatMap((words) => respiteArgs(words) ?? []),
    ['status', 'run', '--management', ':9999', 'server.js'],
  );
});

test('a command that does not exist is found out', async () => {
  assert.match((await refusalOf(['run', '--no-such-option', 'a.js'])) ?? '', /no-such-option/);
  assert.match((await refusalOf(['no-such-command'])) ?? '', /no-such-command/);
  assert.equal(await refusalOf(['status', '--json']), undefined);
});
