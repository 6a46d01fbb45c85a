import type { AdmissionOptions } from '../../admission/index.ts';
import type { BackpressureOptions } from '../../backpressure/index.ts';
import type { OutboundOptions } from '../../outbound/index.ts';
import type { HealthOptions } from '../../health/index.ts';
import type { ManagementOptions } from '../../management/index.ts';
import type { DrillOptions, NotifyOptions, SupervisorOptions } from '../../supervisor/index.ts';

/** What `respite.config.{ts,mjs,js,json}` may hold. Every key has a default; flags on the command line win. */
export interface RespiteConfig {
  /** Which requests run and which are shed. */
  readonly admission?: AdmissionOptions | undefined;
  /** What the workers may hold of what slow clients don't read. Default: that is left to your code. */
  readonly backpressure?: BackpressureOptions | undefined;
  /** How the workers call other services with the global `fetch`. Default: as their code does. */
  readonly client?: OutboundOptions | undefined;
  /** Worker processes: how many, how they end. */
  readonly supervisor?: SupervisorOptions | undefined;
  /** What the supervisor looks at beside its workers, and how many of those must be ready. */
  readonly health?: HealthOptions | undefined;
  /** The port for health, metrics and status. */
  readonly management?: ManagementOptions | undefined;
  /** Where Respite sends incidents: a webhook, Slack or a command. */
  readonly notify?: NotifyOptions | undefined;
  /** Whether `respite drill` may inject faults, and which dependencies it may disturb. Default false. */
  readonly drills?: boolean | DrillOptions | undefined;
}

/**
 * Returns the configuration as it is: `export default defineConfig({ … })` gives an editor the types.
 *
 * @example
 * ```ts
 * import { defineConfig } from 'respite/config';
 *
 * export default defineConfig({
 *   admission: { routes: { 'POST /reports': 'sheddable' } },
 *   supervisor: { workers: 2 },
 * });
 * ```
 */
export function defineConfig(config: RespiteConfig): RespiteConfig {
  return config;
}
