import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { describe, usageError } from '../usage.ts';

/** What a configuration file holds, unchecked. Throws a usage error that names the file. */
export async function readConfig(file: string): Promise<unknown> {
  let module: object;
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(file, 'utf8'));
    module = (await import(pathToFileURL(file).href)) as object;
  } catch (error) {
    throw usageError(`cannot load ${file}: ${describe(error)}`, error);
  }
  if (!('default' in module)) throw usageError(`${file} must export its configuration as default`);
  return module.default;
}
