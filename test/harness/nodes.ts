// The Node.js versions that Respite supports, side by side: the one that runs the tests, and older ones from the npm registry.
import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

/** 20 is too old, 22.18 the oldest that we support. */
export type NodeVersion = 20 | 22.18 | 22 | 24 | 26;

export const repository: string = path.resolve(import.meta.dirname, '../..');

const run = promisify(execFile);
const installs = new Map<NodeVersion, Promise<string>>();

/**
 * The path of a Node.js of this version, installed under `.cache/` on first use. Where npm cannot install it, skips the
 * test and returns undefined.
 */
export async function nodeBinary(t: TestContext, version: NodeVersion): Promise<string | undefined> {
  try {
    return await installNode(version);
  } catch (error) {
    t.skip(`needs Node.js ${version} from the npm registry: ${String(error).split('\n')[0]}`);
    return undefined;
  }
}

/** The path of a Node.js of this version, installed under `.cache/` on first use. Throws where that is impossible. */
export async function installNode(version: NodeVersion): Promise<string> {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  let installing = installs.get(version);
  if (installing === undefined) installs.set(version, (installing = install(version)));
  return installing;
}

async function install(version: NodeVersion): Promise<string> {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  // The per-platform package holds the binary itself; the package `node` fetches it in an install script, which npm may refuse.
  const name = `node-${platform}-${process.arch}`;
  const place = path.join(repository, '.cache', `node-${version}`);
  const binary = path.join(place, 'node_modules', name, 'bin', platform === 'win' ? 'node.exe' : 'node');
  if (!(await exists(binary))) {
    // Each installer works in a folder of its own and moves it into place in one step: the first wins, none sees half of one.
    const own = `${place}.${process.pid}`;
    await mkdir(own, { recursive: true });
    try {
      await run(
        'npm',
        ['install', '--prefix', own, '--no-package-lock', '--ignore-scripts', `${name}@${version}`],
        {
          cwd: own,
          shell: platform === 'win',
          timeout: 300_000,
        },
      );
      await rename(own, place);
    } catch (error) {
      if (!(await exists(binary))) throw error;
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  }
  const { stdout } = await run(binary, ['--version']);
  if (!stdout.startsWith(`v${version}.`)) throw new Error(`${binary} is Node ${stdout.trim()}`);
  return binary;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
