// What stands between the load and the handler.
import path from 'node:path';
import { listen, type Listening, repository } from '../lib/server.ts';
import { isInstalled, startProxy } from './proxies.ts';
import type { Workload } from './workloads.ts';

export const SYSTEMS = [
  'bare',
  'fixed',
  'respite',
  'under-pressure',
  'under-pressure-default',
  'toobusy',
  'overload-protection',
  'haproxy',
  'nginx',
] as const;

export type SystemName = (typeof SYSTEMS)[number];

export interface SystemOptions {
  /** For `fixed`, HAProxy and nginx: requests at once. */
  readonly limit: number;
  /** For the workload that slows: how long each of its phases is. */
  readonly phaseMs: number;
}

export interface RunningSystem {
  readonly port: number;
  /** The processes whose memory counts, those started first. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** Why a system cannot take part on this machine. */
export function whyMissing(system: SystemName): string | undefined {
  if ((system !== 'haproxy' && system !== 'nginx') || isInstalled(system)) return undefined;
  return `${system} is not installed (Debian package ${system}): left out`;
}

export async function startSystem(
  system: SystemName,
  workload: Workload,
  { limit, phaseMs }: SystemOptions,
): Promise<RunningSystem> {
  const script = `overload/${workload.name}.mjs`;
  const env = { PHASE_MS: String(phaseMs) };
  switch (system) {
    case 'bare':
      return one(await listen('bare', script, { env }));
    case 'fixed':
      return one(await listen('respite', script, { env, options: ['--limit', String(limit)] }));
    case 'respite':
      return one(await listen('respite', script, { env, options: routesOf(workload) }));
    case 'haproxy':
    case 'nginx': {
      const backend = one(await listen('bare', script, { env }));
      const proxy = await startProxy(system, backend.port, limit);
      return {
        port: proxy.port,
        pids: [...proxy.pids, ...backend.pids],
        async stop() {
          await proxy.stop();
          await backend.stop();
        },
      };
    }
    default:
      return one(await listen('bare', script, { env: { ...env, PROTECTION: system } }));
  }
}

function one({ port, server }: Listening): RunningSystem {
  return { port, pids: [server.pid], stop: () => server.stop() };
}

/** Which routes matter more is all that a user of Respite says. */
function routesOf({ name }: Workload): readonly string[] {
  if (name !== 'classes') return [];
  return ['--config', path.join(repository, 'bench/servers/overload/classes.config.json')];
}
