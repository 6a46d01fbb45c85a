import { type HealthOptions, HealthRegistry, type IndicatorReport } from '../health/index.ts';
import { resolveHealthOptions } from '../health/options.ts';
import { type Log, logHealth } from '../supervisor/index.ts';

/** Checks what the configuration names from now on, and logs what changes. */
export function startHealth(options: HealthOptions, log: Log): HealthRegistry {
  const { indicators } = resolveHealthOptions(options);
  let before: readonly IndicatorReport[] = [];
  const registry = new HealthRegistry(() => {
    const after = registry.reports();
    logHealth(log, after, before);
    before = after;
  });
  for (const [name, indicator] of Object.entries(indicators)) registry.addResolved(name, indicator);
  return registry;
}
