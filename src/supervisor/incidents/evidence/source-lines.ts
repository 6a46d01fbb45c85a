// The user's own lines around the places that a stack names.
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isOwn } from '../../../core/own-files.ts';
import type { StackFrame } from '../../../worker/index.ts';

export interface SourceLine {
  readonly number: number;
  readonly text: string;
}

/** A frame of a stack, with what stands there. */
export interface ShownFrame extends StackFrame {
  /** A few lines, the named one in the middle; empty where there are none to be read. */
  readonly lines: readonly SourceLine[];
}

const AROUND = 3;

/** Further out it is the framework's lines that one would read. */
const MOST_WITH_LINES = 5;

/** Larger ones are bundles, of which a line can be the whole. */
const LARGEST_FILE_BYTES = 5 * 1024 * 1024;
const LONGEST_LINE = 300;

export async function withSourceLines(frames: readonly StackFrame[]): Promise<ShownFrame[]> {
  let left = MOST_WITH_LINES;
  return Promise.all(
    frames.map(async (frame) => {
      const file = pathOfFrame(frame.url);
      if (file === undefined || left === 0) return { ...frame, lines: [] };
      left -= 1;
      return { ...frame, lines: await around(file, frame.line) };
    }),
  );
}

/** Undefined for what is not a file of the user's own. */
function pathOfFrame(url: string): string | undefined {
  if (url.includes('/node_modules/') || isOwn(url)) return undefined;
  if (url.startsWith('/')) return url;
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : undefined;
  } catch {
    return undefined;
  }
}

async function around(file: string, line: number): Promise<SourceLine[]> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST_FILE_BYTES) return [];
    const first = Math.max(1, line - AROUND);
    return (await readFile(file, 'utf8'))
      .split('\n')
      .slice(first - 1, line + AROUND)
      .map((text, i) => ({ number: first + i, text: text.slice(0, LONGEST_LINE) }));
  } catch {
    return [];
  }
}
