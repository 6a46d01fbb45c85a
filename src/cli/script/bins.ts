// Programs of installed packages, by name, as npx finds them.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { binsOf, readManifest } from './manifest.ts';
import { findPnpBin } from './plug-n-play.ts';

/**
 * The absolute path of a program: in the nearest `node_modules/.bin` upwards, of a package of that name, of the package itself, or of a
 * dependency under Yarn Plug'n'Play.
 */
export function findBin(cwd: string, name: string): string | undefined {
  const folders = upwards(cwd);
  const linked = folders.map((folder) => path.join(folder, 'node_modules', '.bin', name)).find(existsSync);
  if (linked !== undefined && !name.includes('/')) return linked;
  for (const folder of folders) {
    const installed = path.join(folder, 'node_modules', name);
    const bin = binOf(installed, name);
    if (bin !== undefined) return bin;
  }
  const own = folders.find((folder) => existsSync(path.join(folder, 'package.json')));
  return (own === undefined ? undefined : ownBin(own, name)) ?? findPnpBin(cwd, name);
}

/** The program of a package that `npx <package>` runs: its only one, or the one that is named as the package is. */
function binOf(directory: string, packageName: string): string | undefined {
  const bins = binsOf(readManifest(directory));
  const only = bins.size === 1 ? [...bins.values()][0] : undefined;
  const file = bins.get(packageName.replace(/^@[^/]*\//, '')) ?? only;
  return file === undefined ? undefined : path.join(directory, file);
}

function ownBin(directory: string, name: string): string | undefined {
  const file = binsOf(readManifest(directory)).get(name);
  return file === undefined ? undefined : path.join(directory, file);
}

function upwards(directory: string): string[] {
  const folders = [directory];
  for (let at = directory; at !== path.dirname(at);) folders.push((at = path.dirname(at)));
  return folders;
}
