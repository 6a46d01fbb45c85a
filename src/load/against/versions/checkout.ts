// A version of the user's repository in a folder of its own, by `git worktree`.
import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { RespiteError } from '../../../core/errors.ts';
import type { Keeper } from './keeper.ts';
import { OwnProcess } from './processes.ts';

export interface Repository {
  /** The top folder of the working tree. */
  readonly root: string;
  /** The current folder below it; empty at the top. */
  readonly prefix: string;
}

export interface Checkout {
  /** The current folder of the user, in the other version. */
  readonly directory: string;
  /** Abbreviated hash of the commit. */
  readonly commit: string;
  remove(): Promise<void>;
}

export interface CheckoutOptions {
  readonly repository: Repository;
  readonly ref: string;
  /** The worktree is created here. */
  readonly folder: string;
  /** A command line for the shell that installs what the version needs. Default: the current `node_modules` is used. */
  readonly setup: string | undefined;
  readonly keeper: Keeper;
  readonly signal: AbortSignal;
}

/** A `node_modules` belongs to one of them. */
const LOCK_FILES = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock'];

export async function findRepository(directory: string): Promise<Repository> {
  const root = await git(directory, 'rev-parse', '--show-toplevel');
  const prefix = await git(directory, 'rev-parse', '--show-prefix');
  return { root, prefix: prefix.replace(/\/$/, '') };
}

export async function checkOut(options: CheckoutOptions): Promise<Checkout> {
  const { repository, ref, setup, keeper, signal } = options;
  const { root, prefix } = repository;
  const hash = await findCommit(root, ref);
  const worktree = options.folder;
  await git(root, 'worktree', 'add', '--quiet', '--force', '--detach', worktree, hash);
  const remove = async (): Promise<void> => {
    await git(root, 'worktree', 'remove', '--force', worktree);
  };
  try {
    const directory = path.join(worktree, prefix);
    if (!existsSync(directory)) throw usage(`'${ref}' has no folder ${prefix}`);
    if (setup === undefined) shareModules(root, worktree, ref);
    else await runSetup(setup, directory, keeper, signal);
    return { directory, commit: await git(root, 'rev-parse', '--short', hash), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function findCommit(root: string, ref: string): Promise<string> {
  for (const candidate of [ref, `origin/${ref}`]) {
    const hash = await git(
      root,
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${candidate}^{commit}`,
    ).catch(() => '');
    if (hash !== '') return hash;
  }
  throw usage(
    `git finds no commit '${ref}'; in continuous integration fetch it first, for example with fetch-depth: 0`,
  );
}

/** Links the `node_modules` folders of the current version, where they are what the other version would install too. */
function shareModules(root: string, worktree: string, ref: string): void {
  const modules = path.join(root, 'node_modules');
  if (!existsSync(modules)) return;
  const changed = LOCK_FILES.find((file) => contentOf(root, file) !== contentOf(worktree, file));
  if (changed !== undefined) {
    throw usage(
      `${changed} of '${ref}' differs from yours: say how to install its packages, as in --setup 'npm ci'`,
    );
  }
  const own = linkedIn(modules).find((target) => isInside(root, target) && !isInside(modules, target));
  if (own !== undefined) {
    throw usage(
      `node_modules links to ${path.relative(root, own)}, so '${ref}' would run your current code of it: use --setup 'npm ci'`,
    );
  }
  if (!existsSync(path.join(worktree, 'node_modules')))
    symlinkSync(modules, path.join(worktree, 'node_modules'));
}

/** Where the symbolic links among the packages lead. */
function linkedIn(modules: string): readonly string[] {
  return readdirSync(modules, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(modules, entry.name);
    if (entry.isDirectory() && entry.name.startsWith('@')) return linkedIn(place);
    return entry.isSymbolicLink() && existsSync(place) ? [realpathSync(place)] : [];
  });
}

function isInside(folder: string, place: string): boolean {
  return place.startsWith(realpathSync(folder) + path.sep);
}

function contentOf(folder: string, file: string): string | undefined {
  try {
    return readFileSync(path.join(folder, file), 'utf8');
  } catch {
    return undefined;
  }
}

async function runSetup(
  setup: string,
  directory: string,
  keeper: Keeper,
  signal: AbortSignal,
): Promise<void> {
  const running = await OwnProcess.start(['sh', '-c', setup], { directory, env: process.env, keeper });
  const stop = (): void => void running.stop();
  signal.addEventListener('abort', stop);
  const ending = await running.ended;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (ending !== 'exit code 0') {
    throw new RespiteError('RESPITE_LOAD_VERSION', `'${setup}' ended with ${ending}:\n${running.lastLines}`);
  }
}

async function git(directory: string, ...args: string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  execFile('git', ['-C', directory, ...args], (error: ExecFileException | null, stdout, stderr) => {
    if (error === null) resolve(stdout.trim());
    else if (error.code === 'ENOENT') reject(usage('git is not installed'));
    else reject(usage(`git ${args[0]}: ${stderr.trim()}`));
  });
  return promise;
}

function usage(message: string): RespiteError {
  return new RespiteError('RESPITE_LOAD_OPTIONS', message);
}
