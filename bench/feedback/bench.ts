// Two instances behind HAProxy, one at half the speed of the other: weights by agent check against round robin.
import {
  type Changes,
  HAPROXY_WITH_AGENTS,
  HAPROXY_WITHOUT_RETRIES,
} from '../../test/harness/services/configuration.ts';
import { startProxy } from '../balancers/proxies.ts';
import type { Benchmark, Context, Goal, Outcome } from '../lib/benchmark.ts';
import { freePort } from '../lib/free-port.ts';
import { listen } from '../lib/server.ts';
import { generate } from '../overload/generate.ts';
import type { PhaseResult } from '../overload/generator/plan.ts';

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

/** Load as a multiple of what the fast instance can do: half of it is too much for the slow one, and all of it four fifths of both. */
const LOAD = 1.2;

const SETTLING_SECONDS = 30;
const SECONDS = 45;

const GOALS = { shedRatio: 1 / 5, p99Ratio: 0.6 };

const BALANCINGS = ['round robin', 'agent check'] as const;
type Balancing = (typeof BALANCINGS)[number];

interface Row {
  readonly workload: string;
  readonly balancing: Balancing;
  readonly offered: number;
  readonly good: number;
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
    for (const [key, workload] of Object.entries(WORKLOADS)) {
      if (filters['workload']?.includes(key) === false) continue;
      for (const balancing of BALANCINGS) {
        const row = await measure(workload, balancing, quick ? 0.2 : 1);
        rows.push(row);
        say(
          `${row.workload}, ${balancing}: ${row.shed} of ${row.offered} shed, p99 ${row.p99Ms.toFixed(0)} ms`,
        );
      }
    }
    return report(rows);
  },
};

async function measure(workload: Workload, balancing: Balancing, scale: number): Promise<Row> {
  const { name, serviceMs, slots } = workload;
  const places = [await place(), await place()] as const;
  const instances = await Promise.all(
    places.map(({ port, managementPort, agentPort }, i) =>
      listen('respite', 'speed.mjs', {
        options: ['--management', String(managementPort), '--agent-check', String(agentPort)],
        env: {
          PORT: String(port),
          SERVICE_MS: String(i === 0 ? serviceMs : 2 * serviceMs),
          ...(slots === undefined ? {} : { SLOTS: String(slots) }),
        },
      }),
    ),
  );
  const agents: Changes = balancing === 'agent check' ? HAPROXY_WITH_AGENTS : [];
  const proxy = await startProxy('haproxy', places, [...HAPROXY_WITHOUT_RETRIES, ...agents]);
  await proxy.seesBoth();
  const ratePerSecond = (LOAD * 1000 * (slots ?? 1)) / serviceMs;
  const { phases, lagP99Ms } = await generate({
    loop: 'open',
    port: proxy.port,
    kinds: [{ name: 'request', share: 1, method: 'GET', path: '/', bodyBytes: 0 }],
    connections: 'keep-alive',
    seed: 1,
    phases: [
      { ratePerSecond, seconds: SETTLING_SECONDS * scale },
      { ratePerSecond, seconds: SECONDS * scale },
    ],
    deadlineMs: 1000,
    timeoutMs: 5000,
  });
  await proxy.stop();
  await Promise.all(instances.map(({ server }) => server.stop()));
  return { workload: name, balancing, ...figures(phases[1]), lagP99Ms };
}

async function place(): Promise<{ port: number; managementPort: number; agentPort: number }> {
  return { port: await freePort(), managementPort: await freePort(), agentPort: await freePort() };
}

type Figures = Omit<Row, 'workload' | 'balancing' | 'lagP99Ms'>;

function figures(phase: PhaseResult | undefined): Figures {
  if (phase === undefined) throw new Error('the generator has left a phase out');
  const { offered, good, late, refused, timeouts, errors, p50Ms, p99Ms } = phase.all;
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((total, count) => total + count, 0);
  return {
    offered,
    good: good + late,
    shed: sum(refused),
    failed: timeouts + sum(errors),
    p50Ms: p50Ms ?? Number.NaN,
    p99Ms: p99Ms ?? Number.NaN,
  };
}

function report(rows: readonly Row[]): Outcome {
  const goals = rows.flatMap((row): Goal[] => {
    const control = rows.find((each) => each.workload === row.workload && each.balancing === 'round robin');
    if (control === undefined || row === control) return [];
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
          String(row.good),
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
