// Where this package's own code is: in `src`, or in the build, which gathers many modules in one file. So only this module,
// which the build keeps in a file of its own one folder below the others, may tell a place by its own.
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../', import.meta.url);

/** As frames of ESM and of CommonJS name it. */
const PLACES = [ROOT.href, fileURLToPath(ROOT)];

/** `.ts` in the sources, `.js` in the build. */
export const EXTENSION: string = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

/** A file that the build leaves where it is. @param name Its path below `src`. */
export function ownFile(name: string): URL {
  return new URL(name, ROOT);
}

/** A module that is started, or loaded by name; `scripts/build.ts` lists it. @param name Its path below `src`, without the ending. */
export function ownModule(name: string): URL {
  return ownFile(name + EXTENSION);
}

/** A module that the build makes CommonJS of. @param name Its path below `src`, without the ending. */
export function ownScript(name: string): URL {
  return ownFile(name + (EXTENSION === '.ts' ? EXTENSION : '.cjs'));
}

/** Whether the code at a URL or path, as a stack names it, is this package's own. */
export function isOwn(place: string): boolean {
  return PLACES.some((own) => place.startsWith(own));
}
