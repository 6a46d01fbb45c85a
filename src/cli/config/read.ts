import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { describe, usageError } from '../usage.ts';

/** Maximum time for loading a configuration, in ms. It may connect somewhere first. */
const MAX_LOAD_MS = 60_000;

/** What a configuration file holds, unchecked. Throws a usage error that names the file. */
export async function readConfig(file: string, timeoutMs: number = MAX_LOAD_MS): Promise<unknown> {
  let module: object;
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(file, 'utf8'));
    module = await settled(import(pathToFileURL(file).href) as Promise<object>, timeoutMs);
  } catch (error) {
    throw usageError(`cannot load ${file}: ${describe(error)}`, error);
  }
  if (!('default' in module)) throw usageError(`${file} must export its configuration as default`);
  return module.default;
}

/** A module with a top-level `await` that never settles would end this process without a word, or leave it waiting forever. */
async function settled<T>(loading: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise: never, reject } = Promise.withResolvers<never>();
  const onIdle = (): void => reject(new Error('an await in it never settles'));
  const timer = setTimeout(() => {
    reject(new Error(`an await in it has not settled after ${timeoutMs / 1000} s`));
  }, timeoutMs).unref();
  process.once('beforeExit', onIdle);
  try {
    return await Promise.race([loading, never]);
  } finally {
    clearTimeout(timer);
    process.off('beforeExit', onIdle);
  }
}
