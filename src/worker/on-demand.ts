// Parts of a worker that most workers don't need: loaded where they are wanted, and at once.
import { createRequire } from 'node:module';
import type net from 'node:net';
import { fileURLToPath } from 'node:url';
import type { BackpressureOptions } from '../backpressure/index.ts';
import { ownModule } from '../core/own-files.ts';
import type { OutboundOptions } from '../outbound/index.ts';
import type * as Drill from './drill/index.ts';
import type * as OutboundPolicies from './outbound-policies.ts';
import type * as Shape from './shape/index.ts';
import type * as ScriptMetrics from './script-metrics/index.ts';
import type * as SlowClients from './slow-clients.ts';

function load(name: string): unknown {
  return createRequire(import.meta.url)(fileURLToPath(ownModule(`worker/${name}`)));
}

/** @returns What guards a server. */
export function guardAgainstSlowClients(options: BackpressureOptions): (server: net.Server) => void {
  return (load('slow-clients') as typeof SlowClients).guardAgainstSlowClients(options);
}

export function applyOutboundPolicies(options: OutboundOptions, isDryRun: () => boolean): void {
  (load('outbound-policies') as typeof OutboundPolicies).applyOutboundPolicies(options, isDryRun);
}

export function scriptMetrics(): typeof ScriptMetrics {
  return load('script-metrics/index') as typeof ScriptMetrics;
}

/** Faults for `respite drill`. */
export function drill(): typeof Drill {
  return load('drill/index') as typeof Drill;
}

/** Begins or ends the recording of the load shape. */
export function recordShape(...given: Parameters<typeof Shape.recordShape>): void {
  try {
    (load('shape/index') as typeof Shape).recordShape(...given);
  } catch {
    // The package is being replaced. The supervisor counts this worker among those that it has no recording of.
  }
}
