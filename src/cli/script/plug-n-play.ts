// Yarn Plug'n'Play has no node_modules: its API, which is there when Yarn has started this process, knows the dependencies. Files in its
// archives are read as others are.
import nodeModule from 'node:module';
import path from 'node:path';
import { binsOf, readManifest } from './manifest.ts';

interface Locator {
  readonly name: string | null;
  readonly reference: string | null;
}

/** The part of it that is used (yarnpkg.com/advanced/pnpapi). */
interface PnpApi {
  findPackageLocator(location: string): Locator | null;
  getLocator(name: string, reference: string | readonly [string, string]): Locator;
  getPackageInformation(locator: Locator): {
    readonly packageLocation: string;
    readonly packageDependencies: ReadonlyMap<string, string | readonly [string, string] | null>;
  } | null;
}

/** The absolute path of a program of a dependency of the package that `cwd` is in. */
export function findPnpBin(cwd: string, name: string): string | undefined {
  const { findPnpApi } = nodeModule as typeof nodeModule & { findPnpApi?: (from: string) => PnpApi | null };
  const api = findPnpApi?.(path.join(cwd, 'package.json'));
  const locator = api?.findPackageLocator(path.join(cwd, 'package.json'));
  if (api === null || api === undefined || locator === null || locator === undefined) return undefined;
  const dependencies = api.getPackageInformation(locator)?.packageDependencies ?? new Map<string, null>();
  for (const [dependency, reference] of dependencies) {
    if (reference === null) continue;
    const directory = api.getPackageInformation(api.getLocator(dependency, reference))?.packageLocation;
    if (directory === undefined) continue;
    const bins = binsOf(readManifest(directory));
    const file =
      bins.get(name) ?? (dependency === name && bins.size === 1 ? [...bins.values()][0] : undefined);
    if (file !== undefined) return path.join(directory, file);
  }
  return undefined;
}
