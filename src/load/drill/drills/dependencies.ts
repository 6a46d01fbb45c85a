// A service that the workers connect to, behind a proxy that makes the network bad.
import { parseDependency } from '../../../supervisor/index.ts';
import type { Drill, Prepared, Stage } from '../contract.ts';
import { TcpProxy } from '../proxy/proxy.ts';
import type { Toxic } from '../proxy/toxics.ts';
import { rollingRestart } from './restarting.ts';

/** How long the dependency is slow, or gone, in ms: shorter than what detectors wait for before they act. */
const LASTS_MS = 12_000;

/** By how much it is slow, in ms. */
const SLOW_MS = 1500;

/** Time in which a client has to connect again, in ms. */
const RECONNECT_MS = 15_000;

interface Proxied extends Prepared {
  readonly proxy: TcpProxy;
}

export const DEPENDENCY_DRILLS: readonly Drill[] = [
  dependencyDrill('slow-dependency', `a dependency answers ${SLOW_MS / 1000} s later than usual`, {
    kind: 'latency',
    latencyMs: SLOW_MS,
    jitterMs: SLOW_MS / 3,
  }),
  dependencyDrill('gone-dependency', 'a dependency refuses connections', { kind: 'down' }),
];

function dependencyDrill(name: string, about: string, toxic: Toxic): Drill {
  return {
    name,
    about,
    lacks: ({ facts }) =>
      Object.keys(facts.dependencies).length > 0
        ? undefined
        : 'needs a dependency: name one as drills.dependencies in the configuration',
    plan: () => ({
      hypothesis: {
        text: 'No worker is replaced for what a new one would not change, and service is back when the dependency is; no one is woken.',
        causes: ['dependency-slow', 'dependency-down'],
        detectedWithinMs: undefined,
        // What the server makes of it is its own affair.
        goodput: 0,
        recoveredWithinMs: RECONNECT_MS,
        replaces: false,
      },
      hold: { until: 'time', maxMs: LASTS_MS },
    }),
    prepare: putProxyBetween,
    begin: async (_stage, prepared) => {
      const { proxy } = prepared as Proxied;
      await proxy.add(toxic);
      return { revert: async () => proxy.clear() };
    },
  };
}

/** Every worker is replaced by one whose connections to the dependency lead through a proxy. */
async function putProxyBetween({ management, site, signal }: Stage): Promise<Proxied> {
  const [[dependency, address] = ['', '']] = Object.entries(site.facts.dependencies);
  const to = parseDependency(address);
  if (to === undefined) throw new Error(`${dependency} has no address`);
  const proxy = new TcpProxy({ to });
  const port = await proxy.start();
  try {
    const fault = await management.inject({ fault: 'redirect', everywhere: true, dependency, port });
    const restore = async (): Promise<void> => {
      await fault.revert();
      // Workers whose connections lead through the proxy give way to others before it is closed.
      await rollingRestart(management, AbortSignal.timeout(120_000));
      await proxy.close();
    };
    const problem = await rollingRestart(management, signal);
    if (problem === undefined) return { proxy, restore };
    await restore();
    throw new Error(`the workers could not be restarted: ${problem}`);
  } catch (error) {
    await proxy.close();
    throw error;
  }
}
