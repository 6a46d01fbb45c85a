import path from 'node:path';
import type { UncaughtError } from '../../../worker/index.ts';

/** What Node.js says to TypeScript that it can't run; it only removes types (nodejs.org/api/typescript.html). */
const NOT_STRIPPED: ReadonlySet<string | undefined> = new Set([
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
]);

/** What to do about a script that ended because Node.js does not compile TypeScript; undefined if it ended for another reason. */
export function typescriptAdvice(error: UncaughtError | undefined, script: string): string | undefined {
  const [first] = error?.chain ?? [];
  if (first === undefined) return undefined;
  const { name, code, message } = first;
  const isTypeScript = /^\.[cm]?tsx?$/.test(path.extname(script));
  const isOf =
    NOT_STRIPPED.has(code) ||
    (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?tsx?\b/.test(message)) ||
    // An import without its ending, or of `./x.js` where there is `./x.ts`; a decorator.
    (isTypeScript && (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_UNSUPPORTED_DIR_IMPORT')
      ? /imported from .*\.[cm]?tsx?$/m.test(message)
      : isTypeScript && name === 'SyntaxError');
  if (!isOf) return undefined;
  return `Node.js removes types and compiles nothing; run it with a compiler: npm install tsx, then respite run --node-arg=--import=tsx ${path.basename(script)}`;
}
