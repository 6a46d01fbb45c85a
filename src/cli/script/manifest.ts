// What package.json says of a package's programs.
import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Manifest {
  readonly name?: unknown;
  readonly bin?: unknown;
}

/** The programs of a package and their files. A single one without a name has that of the package. */
export function binsOf({ name, bin }: Manifest): ReadonlyMap<string, string> {
  if (typeof bin === 'string' && typeof name === 'string')
    return new Map([[name.replace(/^@[^/]*\//, ''), bin]]);
  if (typeof bin !== 'object' || bin === null) return new Map();
  return new Map(
    Object.entries(bin).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Empty when there is none that can be read. */
export function readManifest(directory: string): Manifest {
  try {
    return (JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) ?? {}) as Manifest;
  } catch {
    return {};
  }
}
