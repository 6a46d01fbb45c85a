import { createRequire } from 'node:module';
import { type MetricsRegistry, namedRegistries } from '../../core/registry-link.ts';

/** Where each copy of prom-client has its default registry; the same file from version 9 to 15. */
const REGISTRY_FILE = /[\\/]prom-client[\\/]lib[\\/]registry\.js$/;

/**
 * The default registry of each copy of prom-client that the script has loaded, and registries that it has named. Nothing is loaded for it: what
 * the script imports as ESM is in the cache of CommonJS modules too, since prom-client is CommonJS.
 *
 * @param cache By file.
 */
export function findRegistries(
  cache: Readonly<Record<string, { readonly exports: unknown } | undefined>> = createRequire(import.meta.url)
    .cache,
): readonly MetricsRegistry[] {
  const found = new Set<MetricsRegistry>();
  for (const file in cache) {
    if (!REGISTRY_FILE.test(file)) continue;
    const { globalRegistry } = (cache[file]?.exports ?? {}) as { readonly globalRegistry?: unknown };
    if (isRegistry(globalRegistry)) found.add(globalRegistry);
  }
  for (const registry of namedRegistries()) if (isRegistry(registry)) found.add(registry);
  return [...found];
}

function isRegistry(value: unknown): value is MetricsRegistry {
  return typeof (value as Partial<MetricsRegistry> | undefined)?.getMetricsAsJSON === 'function';
}
