// Two instances behind HAProxy, one at half the speed of the other: weights by agent check against round robin.
import { load, type LoadResult } from '../../src/load/index.ts';
import {
  type Changes,
  HAPROXY_WITH_AGENTS,
  HAPROXY_WITHOUT_RETRIES,
} from '../../test/harness/services/configuration.ts';
import { startProxy } from '../balancers/proxies.ts';
import type { Benchmark, Context, Goal, Outcome } from '../lib/benchmark.ts';
import { capacityOf } from '../lib/capacity.ts';
import { freePort } from '../lib/free-port.ts';
import { listen } from '../lib/server.ts';

interface Workload {
  readonly name: string;
  /** Of the fast instance; the slow one takes twice as long. */
  readonly serviceMs: number;
  /** Requests at once; undefined for an event loop, which serves one at a time. */
  readonly slots?: number;
}

const WORKLOADS = {
  loop: { name: 'event loop', serviceMs: 2 },
  pool: { name: 'pool of 8', serviceMs: 32, slots: 8 },
} as const satisfies Record<string, Workload>;

/** Load as a multiple of what the fast instance did: half of it is too much for the slow one, and all of it four fifths of both. */
const LOAD = 1.2;

/** For what the fast instance can do: its service time says less, as parsing, routing and timers take their time too. */
const CAPACITY = { seconds: 4, connections: 4 };

/** More than both hold up. */
const CONNECTIONS = 1000;

const SETTLING_SECONDS = 30;
const SECONDS = 45;

const GOALS = { shedRatio: 1 / 5, p99Ratio: 0.6 };

/** Least connections, which knows nothing of the instances, for information: it has no goal. */
const BALANCINGS = {
  'round robin': [],
  'agent check': HAPROXY_WITH_AGENTS,
  'least connections': [['balance roundrobin', 'balance leastconn']],
} as const satisfies Record<string, Changes>;
type Balancing = keyof typeof BALANCINGS;

interface Row {
  readonly workload: string;
  readonly balancing: Balancing;
  readonly offered: number;
  readonly served: number;
  readonly shed: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lagP99Ms: number;
}

export const feedback: Benchmark = {
  name: 'feedback',
  summary: 'two instances behind HAProxy, one at half speed: weights by agent check against round robin',
  pinned: true,
  measures: ['src/admission', 'src/management/agent-check', 'src/supervisor/instance'],
  spread: 'one run of each policy',
  filters: { workload: Object.keys(WORKLOADS) },
  async run({ quick, filters, say }: Context): Promise<Outcome> {
    const rows: Row[] = [];
    for (const [key, workload] of Object.entries<Workload>(WORKLOADS)) {
      if (filters['workload']?.includes(key) === false) continue;
      const ratePerSecond =
        LOAD *
        (await capacityOf({
          side: 'respite',
          script: 'speed.mjs',
          env: environment(workload, 0),
          connections: workload.slots ?? CAPACITY.connections,
          seconds: CAPACITY.seconds,
        }));
      for (const balancing of Object.keys(BALANCINGS) as Balancing[]) {
        const row = await measure(workload, balancing, ratePerSecond, quick ? 0.2 : 1);
        rows.push(row);
        say(
          `${row.workload}, ${balancing}: ${row.shed} of ${row.offered} shed, p99 ${row.p99Ms.toFixed(0)} ms`,
        );
      }
    }
    return report(rows);
  },
};

function environment({ serviceMs, slots }: Workload, instance: number): Record<string, string> {
  return {
    SERVICE_MS: String(instance === 0 ? serviceMs : 2 * serviceMs),
    ...(slots === undefined ? {} : { SLOTS: String(slots) }),
  };
}

async function measure(
  workload: Workload,
  balancing: Balancing,
  ratePerSecond: number,
  scale: number,
): Promise<Row> {
  const places = [await place(), await place()] as const;
  const instances = await Promise.all(
    places.map(({ port, managementPort, agentPort }, i) =>
      listen('respite', 'speed.mjs', {
        options: ['--management', String(managementPort), '--agent-check', String(agentPort)],
        env: { PORT: String(port), ...environment(workload, i) },
      }),
    ),
  );
  const proxy = await startProxy('haproxy', places, [...HAPROXY_WITHOUT_RETRIES, ...BALANCINGS[balancing]]);
  await proxy.seesBoth();
  const loaded = (seconds: number): Promise<LoadResult> =>
    load({
      url: `http://127.0.0.1:${proxy.port}/`,
      rate: ratePerSecond,
      durationMs: seconds * scale * 1000,
      connections: CONNECTIONS,
      seed: 1,
    });
  await loaded(SETTLING_SECONDS);
  const result = await loaded(SECONDS);
  await proxy.stop();
  await Promise.all(instances.map(({ server }) => server.stop()));
  const { offered, good, late, refused: shed, failed, latency, lag } = result;
  return {
    workload: workload.name,
    balancing,
    offered,
    served: good + late,
    shed,
    failed,
    p50Ms: latency.p50Ms,
    p99Ms: latency.p99Ms,
    lagP99Ms: lag.p99Ms,
  };
}

async function place(): Promise<{ port: number; managementPort: number; agentPort: number }> {
  return { port: await freePort(), managementPort: await freePort(), agentPort: await freePort() };
}

function report(rows: readonly Row[]): Outcome {
  const goals = rows.flatMap((row): Goal[] => {
    const control = rows.find((each) => each.workload === row.workload && each.balancing === 'round robin');
    if (control === undefined || row.balancing !== 'agent check') return [];
    const [shed, p99] = [row.shed / control.shed, row.p99Ms / control.p99Ms];
    return [
      {
        what: `${row.workload}: shed, against round robin`,
        goal: `≤ ${GOALS.shedRatio}`,
        figure: `${shed.toFixed(3)} (${row.shed} against ${control.shed})`,
        holds: shed <= GOALS.shedRatio && row.failed === 0,
      },
      {
        what: `${row.workload}: p99, against round robin`,
        goal: `≤ ${GOALS.p99Ratio}`,
        figure: `${p99.toFixed(2)} (${row.p99Ms.toFixed(0)} ms against ${control.p99Ms.toFixed(0)} ms)`,
        holds: p99 <= GOALS.p99Ratio,
      },
    ];
  });
  return {
    goals,
    tables: [
      {
        title: 'Requests, once the weights have settled',
        columns: ['workload', 'balancing', 'sent', 'served', 'shed', 'failed', 'p50', 'p99'],
        rows: rows.map((row) => [
          row.workload,
          row.balancing,
          String(row.offered),
          String(row.served),
          String(row.shed),
          String(row.failed),
          `${row.p50Ms.toFixed(0)} ms`,
          `${row.p99Ms.toFixed(0)} ms`,
        ]),
      },
    ],
    notes: [
      'The servers take their time without using a core (`Atomics.wait`, timers): both instances and HAProxy share one.',
      'Respite without options, except for the agent check. The balancer tries nothing again.',
    ],
    settings: {
      'load, of what the fast instance can do': LOAD,
      'seconds until it is measured': SETTLING_SECONDS,
      'seconds measured': SECONDS,
    },
    measurements: rows,
  };
}
