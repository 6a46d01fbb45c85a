// Which file `node <path>` runs: the resolution of Node.js's own main module (lib/internal/modules/run_main.js), without its caches,
// since a rolling restart has to see what has changed.
import { closeSync, openSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';
import nodeModule from 'node:module';
import path from 'node:path';

/** What a path leads to: the file that Node.js would run, or why it runs none. */
export type MainFile = { readonly entry: string; readonly file: string } | { readonly problem: string };

/** The endings that Node.js tries, and those that an agent loaded into this process has added: workers load it too. */
const ENDINGS: readonly string[] = Object.keys(
  (nodeModule as unknown as { readonly _extensions: object })._extensions,
);

/** The line of a start script for `node_modules/.bin` by pnpm or by npm on Windows: it runs a file relative to its own folder. */
const STARTS_NODE = /^\s*exec node\s+"\$basedir\/([^"]+)"\s+"\$@"/m;

/** Start scripts are a few hundred bytes; longer files are looked at no further. */
const HEAD_BYTES = 4096;

/**
 * @param given Absolute path.
 * @returns `entry` is what `process.argv[1]` shows, `file` what is loaded; either may still contain symbolic links.
 */
export function mainFile(given: string): MainFile {
  const file = found(given);
  if (typeof file !== 'string') return file;
  const head = headOf(file);
  if (head instanceof Error) return { problem: `cannot read ${file}: ${head.message}` };
  const interpreter = /^#!\s*(.*)/.exec(head)?.[1];
  if (interpreter === undefined || /\b(?:node|bun|deno|tsx)\b/.test(interpreter))
    return isProgram(head)
      ? { problem: `${file} is a compiled program, not a script of Node.js` }
      : { entry: given, file };
  const target = STARTS_NODE.exec(head)?.[1];
  if (target === undefined)
    return { problem: `${file} is a script for ${interpreter}, not for Node.js: name the file that it runs` };
  const entry = path.resolve(path.dirname(file), target);
  return isFile(entry) ? { entry, file: entry } : { problem: `cannot find ${entry}, which ${file} runs` };
}

function found(given: string): string | { readonly problem: string } {
  let stat: Stats | undefined;
  try {
    stat = statSync(given, { throwIfNoEntry: false });
  } catch (error) {
    return { problem: `cannot read ${given}: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (stat?.isFile() === true) return given;
  if (stat !== undefined && !stat.isDirectory()) return { problem: `${given} is not a file` };
  const file = withEnding(given) ?? (stat === undefined ? undefined : ofDirectory(given));
  if (file !== undefined) return file;
  return {
    problem:
      stat === undefined
        ? `cannot find ${given}`
        : `${given} is a directory without index.js, and no "main" in its package.json leads to a file: name the script`,
  };
}

function ofDirectory(directory: string): string | undefined {
  const main = mainOf(directory);
  const candidate = main === undefined ? undefined : path.resolve(directory, main);
  const named =
    candidate === undefined
      ? undefined
      : isFile(candidate)
        ? candidate
        : (withEnding(candidate) ?? withEnding(path.join(candidate, 'index')));
  return named ?? withEnding(path.join(directory, 'index'));
}

function mainOf(directory: string): string | undefined {
  try {
    const { main } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) as {
      main?: unknown;
    };
    return typeof main === 'string' && main !== '' ? main : undefined;
  } catch {
    return undefined;
  }
}

function withEnding(base: string): string | undefined {
  return ENDINGS.map((ending) => base + ending).find(isFile);
}

function isFile(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

function headOf(file: string): string | Error {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const head = Buffer.alloc(HEAD_BYTES);
    return head.toString('latin1', 0, readSync(descriptor, head, 0, HEAD_BYTES, 0));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** ELF, Mach-O or a Windows executable. */
function isProgram(head: string): boolean {
  return ['\u007FELF', '\u00CF\u00FA\u00ED\u00FE', '\u00CA\u00FE\u00BA\u00BE', 'MZ\u0090'].some((magic) =>
    head.startsWith(magic),
  );
}
