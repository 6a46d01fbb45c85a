import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findConfig } from '../config/load.ts';
import { usageError } from '../usage.ts';
import type { InitFlags } from './request.ts';
import { configuration, dockerfile, dockerignore, systemdUnit } from './templates.ts';

export interface InitiatedFile {
  /** Relative to the working directory. */
  readonly file: string;
  readonly outcome: 'written' | 'kept, it exists' | 'entry added' | 'has the entry';
}

/** Evidence, and the instance file, which belong to no repository and no image. */
const IGNORED = '.respite/';

/** Writes what is missing. A file that exists is never overwritten; `.gitignore` gets one line at its end. */
export function init(cwd: string, given: string | undefined, flags: InitFlags): readonly InitiatedFile[] {
  const script = given ?? mainOf(cwd) ?? 'server.js';
  if (given !== undefined && !existsSync(path.resolve(cwd, given)))
    throw usageError(`cannot find the script ${path.resolve(cwd, given)}`);
  const create = (file: string, text: string): InitiatedFile => {
    try {
      writeFileSync(path.join(cwd, file), text, { flag: 'wx' });
      return { file, outcome: 'written' };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return { file, outcome: 'kept, it exists' };
    }
  };
  const existing = findConfig(cwd, undefined);
  const files: InitiatedFile[] = [
    existing === undefined
      ? create('respite.config.mjs', configuration())
      : { file: existing, outcome: 'kept, it exists' },
  ];
  if (existsSync(path.join(cwd, '.git')) || existsSync(path.join(cwd, '.gitignore')))
    files.push(ignore(cwd, '.gitignore'));
  if (flags.systemd) {
    const name = path.basename(cwd).replaceAll(/[^\w.-]/g, '-') || 'server';
    files.push(create(`${name}.service`, systemdUnit({ name, directory: cwd, script })));
  }
  if (flags.docker)
    files.push(create('Dockerfile', dockerfile({ script })), create('.dockerignore', dockerignore()));
  return files;
}

function ignore(cwd: string, file: string): InitiatedFile {
  const target = path.join(cwd, file);
  const before = existsSync(target) ? readFileSync(target, 'utf8') : '';
  if (before.split(/\r?\n/).some((line) => /^\/?\.respite\/?$/.test(line.trim())))
    return { file, outcome: 'has the entry' };
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  appendFileSync(target, `${gap}${IGNORED}\n`);
  return { file, outcome: 'entry added' };
}

/** `main` of package.json, if there is such a file. */
function mainOf(cwd: string): string | undefined {
  try {
    const { main } = JSON.parse(readFileSync(path.join(cwd, 'package.json'), 'utf8')) as { main?: unknown };
    return typeof main === 'string' && existsSync(path.resolve(cwd, main)) ? main : undefined;
  } catch {
    return undefined;
  }
}
