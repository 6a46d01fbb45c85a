// What Linux tells of any process in /proc. Undefined, or empty, elsewhere, and for processes that have ended.
import { readdir, readFile, readlink } from 'node:fs/promises';

/** The whole file. */
export async function read(file: string): Promise<string | undefined> {
  return readFile(file, 'latin1').catch(() => undefined);
}

export async function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** Where a link in /proc leads: a path, or `socket:[4711]`, `pipe:[4712]`, `anon_inode:[eventpoll]`. */
export async function target(link: string): Promise<string | undefined> {
  return readlink(link).catch(() => undefined);
}
