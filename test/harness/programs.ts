// Finds the programs that some tests start: servers, a browser, tools of the operating system.
// programs.json says which Debian package holds each; `.ci/run` installs from the same table.
import { accessSync, constants, globSync, statSync } from 'node:fs';
import path from 'node:path';
import table from './programs.json' with { type: 'json' };

/** A program that programs.json lists. */
export type Program = keyof typeof table;

interface Entry {
  readonly package: string;
  /** Names on PATH, or patterns of absolute paths; the first that exists is used. By default the program's own name. */
  readonly anyOf?: readonly string[];
}

const programs: Readonly<Record<Program, Entry>> = table;

/** Debian keeps servers where the PATH of an ordinary user does not look. */
export const SEARCH_PATH: string = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** Absolute path of a program; undefined where it is not installed. */
export function locate(program: Program): string | undefined {
  const { anyOf = [program] } = programs[program];
  const folders = SEARCH_PATH.split(':').filter((folder) => folder !== '');
  const candidates = anyOf.flatMap((place) =>
    path.isAbsolute(place) ? globSync(place) : folders.map((folder) => path.join(folder, place)),
  );
  return candidates.find(isExecutable);
}

/** Why a test that starts these programs is skipped, as the `skip` option of node:test wants it; false when all are installed. */
export function lacks(...wanted: readonly Program[]): string | false {
  const missing = wanted.filter((program) => locate(program) === undefined);
  if (missing.length === 0) return false;
  const named = missing.map((program) => `${program} (Debian package ${programs[program].package})`);
  return `needs ${named.join(', ')}`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
