// What Linux tells of any process in /proc. Undefined, or empty, elsewhere, and for processes that have ended.
import { closeSync, openSync, readSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';

/** The whole file. */
export async function read(file: string): Promise<string | undefined> {
  return readFile(file, 'latin1').catch(() => undefined);
}

/** What a file holds; undefined for one that can't be read. */
export type ReadFile = (file: string) => string | undefined;

/** Where short files are read into: they are read every second, and a buffer of their own for each is work for the collector. */
const pages = Buffer.allocUnsafeSlow(64 * 1024);

/** The same for a short file, which the kernel has in memory: reading it takes some microseconds, and a promise more than that. */
export function readShort(file: string): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    let text = '';
    for (;;) {
      const bytes = readSync(descriptor, pages);
      if (bytes === 0) return text;
      text += pages.toString('latin1', 0, bytes);
    }
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** How long a setting of the kernel's is remembered. */
const REMEMBERED_MS = 5000;

const settings = new Map<string, { readonly text: string | undefined; readonly untilMs: number }>();

/** The same for what hardly ever changes, as a limit or our own control group: read again after 5 s. Not for files of other processes, which come and go. */
export function readSetting(file: string): string | undefined {
  const nowMs = performance.now();
  const known = settings.get(file);
  if (known !== undefined && nowMs < known.untilMs) return known.text;
  const text = readShort(file);
  settings.set(file, { text, untilMs: nowMs + REMEMBERED_MS });
  return text;
}

/** How to read settings where other files are read like this: in the machine that tests make up, without remembering. */
export function settingsOf(readNow: ReadFile): ReadFile {
  return readNow === readShort ? readSetting : readNow;
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
