// The versions of the servers.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Server, SUITE } from './server.ts';

export const LOCKFILE: string = path.join(SUITE, 'package-lock.json');

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

/** The version that the lockfile has of a server's package. */
export function versionOf({ folder, package: name }: Server): string {
  const { packages } = JSON.parse(readFileSync(LOCKFILE, 'utf8')) as Lockfile;
  const own = packages[`projects/${folder}/node_modules/${name}`] ?? packages[`node_modules/${name}`];
  if (own?.version === undefined)
    throw new Error(`${name} is not in the lockfile of the compatibility suite`);
  return own.version;
}
