// What Linux tells of any process in /proc. Undefined, or empty, elsewhere, and for processes that have ended.
import { readFileSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';

/** The whole file. */
export async function read(file: string): Promise<string | undefined> {
  return readFile(file, 'latin1').catch(() => undefined);
}

/** The same for a short file, which the kernel has in memory: reading it takes some microseconds, and a promise more than that. */
export function readShort(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}

/** The number behind a name at the beginning of a line: `MemAvailable:  1024 kB`, `oom_kill 2`. */
export function fieldOf(text: string | undefined, name: string): number | undefined {
  const value = new RegExp(`^${name}:?\\s+(\\d+)`, 'm').exec(text ?? '')?.[1];
  return value === undefined ? undefined : Number(value);
}

export async function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** Where a link in /proc leads: a path, or `socket:[4711]`, `pipe:[4712]`, `anon_inode:[eventpoll]`. */
export async function target(link: string): Promise<string | undefined> {
  return readlink(link).catch(() => undefined);
}
