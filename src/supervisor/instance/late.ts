// What the supervisor loads only when the first worker serves, so that it is not in the way of the start. All of it is loaded then, and
// from this file: Node.js looks for a file again whenever another module imports it, also when it is loaded already, and does not find
// it while the package is being replaced.
import type * as Redact from '../../core/redact.ts';
import type * as Canary from '../detect/canary/index.ts';
import type * as Classify from '../detect/crash/classify.ts';
import type * as Probes from '../detect/probes/index.ts';
import type * as KernelKills from '../detect/crash/kernel-kills.ts';
import type * as Captures from '../incidents/evidence/on-demand.ts';
import type * as Rounds from './healing/rounds.ts';
import type * as LookAfter from './look-after.ts';

interface Late {
  canary(): Promise<typeof Canary>;
  captures(): Promise<typeof Captures>;
  classify(): Promise<typeof Classify>;
  kernelKills(): Promise<typeof KernelKills>;
  lookAfter(): Promise<typeof LookAfter>;
  probes(): Promise<typeof Probes>;
  redact(): Promise<typeof Redact>;
  rounds(): Promise<typeof Rounds>;
}

export const late: Late = Object.freeze({
  canary: async () => import('../detect/canary/index.ts'),
  captures: async () => import('../incidents/evidence/on-demand.ts'),
  classify: async () => import('../detect/crash/classify.ts'),
  kernelKills: async () => import('../detect/crash/kernel-kills.ts'),
  lookAfter: async () => import('./look-after.ts'),
  probes: async () => import('../detect/probes/index.ts'),
  redact: async () => import('../../core/redact.ts'),
  rounds: async () => import('./healing/rounds.ts'),
});

/** Loads everything. Rejects when something is not there. */
export async function loadAll(): Promise<void> {
  const loads: readonly (() => Promise<unknown>)[] = Object.values(late);
  await Promise.all(loads.map(async (load) => load()));
}
