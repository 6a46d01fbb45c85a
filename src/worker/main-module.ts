import Module from 'node:module';

/** What Node.js keeps of CommonJS modules without documenting it (lib/internal/modules/cjs/loader.js); the same from Node.js 22 to 26. */
interface CommonJs {
  _load: (this: unknown, request: string, parent: unknown, isMain?: boolean) => unknown;
  readonly _cache: Readonly<Record<string, { id: string; parent?: unknown } | undefined>>;
}

/**
 * With `--import` Node.js loads the script by its loader for ESM. A CommonJS script then has no `module.parent` and another `module.id`,
 * by which scripts find out whether they are to listen: `module.parent === null`.
 */
export function presentMainModule(): void {
  const commonJs = Module as unknown as CommonJs;
  const load = commonJs._load;
  function loadMain(this: unknown, request: string, parent: unknown, isMain?: boolean): unknown {
    const main = isMain === true ? commonJs._cache[request] : undefined;
    if (main !== undefined) {
      main.id = '.';
      main.parent ??= null;
      // An agent may have wrapped it meanwhile.
      if (commonJs._load === loadMain) commonJs._load = load;
    }
    return load.call(this, request, parent, isMain);
  }
  commonJs._load = loadMain;
}
