// Packages from the npm registry, installed under `.cache/` on first use: too large, or too rarely needed, to be devDependencies.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { repository } from './nodes.ts';

const installs = new Map<string, Promise<string>>();

/** The folder that the packages are installed in; undefined, and the test skipped, where that is impossible. Not so in CI. */
export async function installedFolder(
  t: TestContext,
  name: string,
  packages: readonly string[],
): Promise<string | undefined> {
  try {
    let installing = installs.get(name);
    if (installing === undefined) installs.set(name, (installing = install(name, packages)));
    return await installing;
  } catch (error) {
    if (process.env['CI'] !== undefined) throw error;
    t.skip(`${packages.join(', ')} could not be installed: ${String(error)}`);
    return undefined;
  }
}

async function install(name: string, packages: readonly string[]): Promise<string> {
  const folder = path.join(repository, '.cache', name);
  if (!existsSync(folder)) await installInto(folder, packages);
  return folder;
}

async function installInto(folder: string, packages: readonly string[]): Promise<void> {
  // Moved into place when it is whole, so that an interrupted installation is not taken for one.
  const own = `${folder}.${process.pid}`;
  await mkdir(own, { recursive: true });
  try {
    await promisify(execFile)(
      'npm',
      ['install', '--prefix', own, '--no-package-lock', '--ignore-scripts', ...packages],
      { cwd: own, timeout: 300_000 },
    );
    await rename(own, folder);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}
