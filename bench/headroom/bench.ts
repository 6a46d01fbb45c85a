// The capacity that Respite estimates from ordinary traffic, against what the server can do.
import { load } from '../../src/load/index.ts';
import { capacityOf } from '../lib/capacity.ts';
import type { Benchmark, Context, Goal, Outcome } from '../lib/benchmark.ts';
import { percent, perSecond } from '../lib/format.ts';
import { ManagementPort } from '../lib/management.ts';
import { listen } from '../lib/server.ts';
import type { HeadroomStatus } from '../../src/supervisor/instance/headroom/index.ts';

/** Computes, waits for a pool of 20, and waits for one in which requests take 1 ms or 50. */
const SERVERS = ['cpu', 'pool', 'mix'] as const;

/** More than the slots of the pool. */
const CONNECTIONS = 64;

/** Shares of the capacity between which the load swings, as that of a day does. */
const LOAD = { least: 0.4, most: 0.7 };

/** From the least to the most and back, so often. */
const SWINGS = 3;

const GOALS = { deviation: 0.15, tooHigh: 0.2 };

interface Measured {
  readonly server: string;
  readonly truth: number;
  readonly capacity: HeadroomStatus['capacity'];
}

export const headroom: Benchmark = {
  name: 'headroom',
  summary: 'the capacity that is estimated from traffic at 40 to 70 % of it, against a closed loop',
  measures: ['src/supervisor/instance/headroom'],
  spread: 'one run of each server',
  pinned: true,
  filters: { workload: SERVERS },
  async run({ quick, filters, say }: Context): Promise<Outcome> {
    const seconds = quick ? 150 : 240;
    const measured: Measured[] = [];
    for (const server of SERVERS) {
      if (filters['workload']?.includes(server) === false) continue;
      const found = await measure(server, quick ? 2 : 5, seconds);
      measured.push(found);
      say(`${server}: ${perSecond(found.truth)} in a closed loop, ${estimated(found)} estimated`);
    }
    return report(measured, seconds);
  },
};

async function measure(name: string, capacitySeconds: number, seconds: number): Promise<Measured> {
  const script = `overload/${name}.mjs`;
  const truth = await capacityOf({
    side: 'bare',
    script,
    connections: CONNECTIONS,
    seconds: capacitySeconds,
  });
  const { server, port } = await listen('respite', script);
  try {
    const management = await ManagementPort.of(server);
    await management.settled();
    for (let swing = 0; swing < 2 * SWINGS; swing += 1) {
      const [from, to] = swing % 2 === 0 ? [LOAD.least, LOAD.most] : [LOAD.most, LOAD.least];
      await load({
        url: `http://127.0.0.1:${port}/`,
        rate: { from: from * truth, to: to * truth },
        durationMs: (seconds * 1000) / (2 * SWINGS),
        connections: 10 * CONNECTIONS,
        seed: swing,
      });
    }
    const { headroom: found } = await management.status();
    if (found === undefined) throw new Error('the status says nothing of headroom');
    return { server: name, truth, capacity: found.capacity };
  } finally {
    await server.stop();
  }
}

function estimated({ capacity }: Measured): string {
  if (capacity.kind === 'unknown') return `nothing (${capacity.why})`;
  return `${perSecond(capacity.rps)} (${perSecond(capacity.lowRps)} to ${perSecond(capacity.highRps)}, ${capacity.bottleneck})`;
}

function report(measured: readonly Measured[], seconds: number): Outcome {
  return {
    goals: measured.map(({ server, truth, capacity }): Goal => {
      const above = capacity.kind === 'known' ? capacity.rps / truth - 1 : NaN;
      return {
        what: `${server}: estimate against the closed loop`,
        goal: `≤ ${percent(GOALS.deviation)} apart, never > ${percent(GOALS.tooHigh)} too high`,
        figure: Number.isNaN(above) ? 'none' : `${above < 0 ? '' : '+'}${(100 * above).toFixed(1)} %`,
        holds: Math.abs(above) <= GOALS.deviation && above <= GOALS.tooHigh,
      };
    }),
    tables: [
      {
        title: 'Requests per second',
        columns: ['server', 'closed loop', 'estimated'],
        rows: measured.map((found) => [found.server, perSecond(found.truth), estimated(found)]),
      },
    ],
    notes: [
      'One worker. The load swings between 40 and 70 % of what the closed loop did; the estimate is that at its end.',
    ],
    settings: { 'seconds of traffic': seconds, swings: SWINGS, connections: CONNECTIONS },
    measurements: measured,
  };
}
