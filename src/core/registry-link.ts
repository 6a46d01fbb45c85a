// Registries of prom-client that the user's code names itself. Kept on `process`, since `respite run` may be another copy of this package than
// the one that the user's code imports.

/** The part of prom-client's `Registry` that is used, the same since version 9. */
export interface MetricsRegistry {
  /** All metrics with their values, as prom-client gives them: an array, or the promise of one. */
  getMetricsAsJSON(): unknown;
}

const kRegistries: unique symbol = Symbol.for('respite.registries');

/** Those of this process, in the order in which they were named. */
export function namedRegistries(): Set<MetricsRegistry> {
  const holder = process as { [kRegistries]?: Set<MetricsRegistry> };
  return (holder[kRegistries] ??= new Set());
}

/**
 * Shows the metrics of a registry of prom-client on the management port, added up over all workers. The default registry is shown anyway;
 * this is for a `new Registry()` of your own. Without `respite run` it does nothing.
 *
 * @returns Ends that.
 * @example
 * ```ts
 * import { Counter, Registry } from 'prom-client';
 * import { shareRegistry } from 'respite';
 *
 * const registry = new Registry();
 * new Counter({ name: 'orders_total', help: 'Orders placed', registers: [registry] });
 * shareRegistry(registry);
 * ```
 */
export function shareRegistry(registry: MetricsRegistry): () => void {
  const registries = namedRegistries();
  registries.add(registry);
  return () => registries.delete(registry);
}
