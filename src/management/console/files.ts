// What the page is made of. Read at the first request for it and kept.
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { gzipSync } from 'node:zlib';
import { EXTENSION, ownFile } from '../../core/own-files.ts';
import type { Answer } from '../answer.ts';

/** The page runs its own script and style, talks to this port, and nothing else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** From `console/` onwards; scripts as browsers ask for them. */
const SCRIPTS: ReadonlySet<string> = new Set([
  'actions',
  'api',
  'chart',
  'charts',
  'curves',
  'dom',
  'main',
  'outbound',
  'page',
  'paint',
  'scale',
  'stream',
  'units',
]);

interface File {
  readonly text: string;
  readonly gzipped: Buffer;
}

const files = new Map<string, Promise<File>>();

export async function page(acceptEncoding: string | undefined): Promise<Answer> {
  return answer('text/html', await read('page.html'), acceptEncoding, {
    'Content-Security-Policy': POLICY,
    'Cross-Origin-Opener-Policy': 'same-origin',
  });
}

/** A part of the page by its name in its address; undefined where there is none. */
export async function part(name: string, acceptEncoding?: string): Promise<Answer | undefined> {
  if (name === 'style.css') return answer('text/css', await read(name), acceptEncoding);
  const [base = '', extension, ...rest] = name.split('.');
  if (extension !== 'js' || rest.length > 0 || !SCRIPTS.has(base)) return undefined;
  return answer('text/javascript', await read(`${base}${EXTENSION}`), acceptEncoding);
}

function answer(
  type: string,
  { text, gzipped }: File,
  acceptEncoding = '',
  more: Readonly<Record<string, string>> = {},
): Answer {
  const headers = { ...more, 'Content-Type': `${type}; charset=utf-8`, Vary: 'Accept-Encoding' };
  if (!/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(acceptEncoding)) {
    return { status: 200, body: text, headers };
  }
  return { status: 200, body: gzipped, headers: { ...headers, 'Content-Encoding': 'gzip' } };
}

async function read(name: string): Promise<File> {
  let file = files.get(name);
  if (file === undefined) {
    file = load(name);
    files.set(name, file);
    file.catch(() => files.delete(name));
  }
  return file;
}

/** In the build the compiler has made scripts of them, in the sources that is left to do. */
async function load(name: string): Promise<File> {
  const found = await readFile(ownFile(`management/console/browser/${name}`), 'utf8');
  const text = name.endsWith('.ts') ? asScript(found) : found;
  return { text, gzipped: gzipSync(text, { level: 9 }) };
}

/** As the compiler does: without types, and imports by the names that files have then. */
function asScript(source: string): string {
  return stripTypeScriptTypes(source).replaceAll(/(from '\.\/[\w-]+)\.ts';/g, "$1.js';");
}
