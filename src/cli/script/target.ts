// What `respite run` runs: a script, a program of an installed package, or what a script in package.json starts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { problemOfScript } from '../../supervisor/index.ts';
import { usageError } from '../usage.ts';
import { findBin } from './bins.ts';
import { splitNodeOptions } from './node-options.ts';
import { parseCommand, type ShellCommand } from './shell-command.ts';

export interface Target {
  /** Absolute path. */
  readonly script: string;
  /** The script's own arguments. */
  readonly args: readonly string[];
  /** Options for Node.js in the workers. */
  readonly nodeArgs: readonly string[];
  /** Environment variables that the command sets. */
  readonly env: Readonly<Record<string, string>>;
}

/** Programs that start the server in another process, where Respite can't protect it, and what to do instead. */
const LAUNCHERS: Readonly<Record<string, string>> = {
  tsx: 'respite run --node-arg=--import=tsx server.ts',
  'ts-node': 'respite run --node-arg=--require=ts-node/register server.ts',
  nodemon: 'respite run server.js, without a restart at each change',
  pm2: 'respite run server.js, which replaces pm2',
  forever: 'respite run server.js, which replaces forever',
  respite: 'npm start, since that runs Respite already',
};

/** A script in package.json that runs another one that runs … is followed this far. */
const MAX_SCRIPTS = 5;

/**
 * Throws a usage error that says what to do when there is nothing to run.
 *
 * @param cwd Where relative paths and programs are looked for.
 * @param words The script or program and its arguments; none for the script `start` of package.json.
 */
export function resolveTarget(
  cwd: string,
  words: readonly string[],
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): Target {
  return words.length === 0
    ? fromPackage(cwd, 'start', [], env, 0)
    : fromWords(cwd, { words, env: {} }, env, 0);
}

function fromWords(
  cwd: string,
  command: ShellCommand,
  env: Readonly<NodeJS.ProcessEnv>,
  depth: number,
): Target {
  const [name = '', ...args] = command.words;
  const asFile = problemOfScript(path.resolve(cwd, name));
  if (asFile === undefined) return { script: path.resolve(cwd, name), args, nodeArgs: [], env: command.env };
  if (name === '-')
    throw usageError(
      'a script on standard input can be read once, and replacements run it again: save it in a file (respite run server.js)',
    );
  if (name === 'node') {
    const { options, rest } = splitNodeOptions(args);
    if (rest.length === 0) throw usageError('name a script: respite run server.js');
    const target = fromWords(cwd, { ...command, words: rest }, env, depth);
    return { ...target, nodeArgs: [...options, ...target.nodeArgs] };
  }
  if (name === 'npx' && args.length > 0) return fromWords(cwd, { ...command, words: args }, env, depth);
  const npm = scriptOfNpm(name, args);
  if (npm !== undefined) {
    const target = fromPackage(cwd, npm.script, npm.args, { ...env, ...command.env }, depth + 1);
    return { ...target, env: { ...command.env, ...target.env } };
  }
  const instead = LAUNCHERS[name];
  if (instead !== undefined)
    throw usageError(`${name} starts your server in a process that Respite can't protect; run: ${instead}`);
  const bin = isName(name) ? findBin(cwd, name) : undefined;
  if (bin === undefined) throw usageError(isName(name) ? notFound(asFile, name) : asFile);
  const problem = problemOfScript(bin);
  if (problem !== undefined) throw usageError(problem);
  return { script: bin, args, nodeArgs: [], env: command.env };
}

/** `next`, `@nestjs/cli`, not `./next` or `bin/next`. */
function isName(name: string): boolean {
  return /^(?:@[\w.~-]+\/)?[\w~][\w.~-]*$/.test(name);
}

function notFound(problem: string, name: string): string {
  return path.extname(name) === '' && problem.startsWith('cannot find')
    ? `${problem}, and no installed package has a program ${name}; install one (npm install ${name}), or name a script`
    : problem;
}

/** `npm start`, `npm run serve -- --port 80`, `yarn start`, `pnpm start`. */
function scriptOfNpm(
  name: string,
  args: readonly string[],
): { readonly script: string; readonly args: readonly string[] } | undefined {
  if (!['npm', 'pnpm', 'yarn'].includes(name)) return undefined;
  const [script, ...rest] = args[0] === 'run' ? args.slice(1) : args;
  if (script === undefined) return undefined;
  return { script, args: rest[0] === '--' ? rest.slice(1) : rest };
}

function fromPackage(
  cwd: string,
  name: string,
  args: readonly string[],
  env: Readonly<NodeJS.ProcessEnv>,
  depth: number,
): Target {
  const file = path.join(cwd, 'package.json');
  const text = scriptIn(file, name);
  if (text === undefined)
    throw usageError(
      `name a script (respite run server.js), or what "${name}" in package.json should run: ${file} has no script "${name}"`,
    );
  const command = parseCommand(text, env);
  const advice = `name what starts the server instead: respite run server.js`;
  if (command === undefined) throw usageError(`"${name}" in package.json needs a shell (${text}); ${advice}`);
  if (depth > MAX_SCRIPTS) throw usageError(`"${name}" in package.json leads back to itself; ${advice}`);
  return fromWords(
    cwd,
    { ...command, words: [...command.words, ...args] },
    { ...env, ...command.env },
    depth,
  );
}

function scriptIn(file: string, name: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { scripts } = JSON.parse(text) as { readonly scripts?: Readonly<Record<string, unknown>> };
    const script = scripts?.[name];
    return typeof script === 'string' ? script : undefined;
  } catch (error) {
    throw usageError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
