// Behind HAProxy and nginx: rolling restarts, and instances that end and come back. No request may fail.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  HAPROXY_WITHOUT_RETRIES,
  NGINX_WITHOUT_RETRIES,
  type Place,
} from '../../test/harness/services/configuration.ts';
import type { Benchmark, Context, Goal, Outcome } from '../lib/benchmark.ts';
import { freePort } from '../lib/free-port.ts';
import { ManagementPort } from '../lib/management.ts';
import { emptyDirectory } from '../lib/processes.ts';
import { listen, type Server, WITHOUT_TRIAL } from '../lib/server.ts';
import { LOAD_SETTINGS, SteadyLoad } from '../rolling/steady-load.ts';
import { type Balancer, BALANCERS, startProxy } from './proxies.ts';

/** For `inter 1s fall 3` in deploy/haproxy/haproxy.cfg. */
const WAIT = { checkIntervalMs: 1000, checkFailures: 3 };

interface Drill {
  readonly balancer: Balancer;
  readonly what: string;
  /** What it is compared with; this one may fail requests. */
  readonly isControl?: boolean;
  readonly run: (requests: number) => Promise<Row>;
}

interface Row {
  readonly events: number;
  readonly requests: number;
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
}

const DRILLS: readonly Drill[] = [
  {
    balancer: 'haproxy',
    what: 'HAProxy, rolling restarts',
    run: (requests) => rollingRestarts('haproxy', requests),
  },
  {
    balancer: 'nginx',
    what: 'nginx, rolling restarts',
    run: (requests) => rollingRestarts('nginx', requests),
  },
  {
    balancer: 'haproxy',
    what: 'HAProxy, instances end, with the wait',
    run: (requests) => instancesEnd('haproxy', requests, true),
  },
  {
    balancer: 'haproxy',
    what: 'HAProxy, instances end, without the wait',
    isControl: true,
    run: (requests) => instancesEnd('haproxy', requests, false),
  },
  {
    balancer: 'nginx',
    what: 'nginx, instances end',
    run: (requests) => instancesEnd('nginx', requests, false),
  },
];

export const balancers: Benchmark = {
  name: 'balancers',
  summary: 'rolling restarts and deploys behind HAProxy and nginx, keep-alive GET and POST: failed requests',
  pinned: true,
  measures: ['src/supervisor', 'src/worker', 'src/management'],
  spread: 'one run of each drill; failures are counted, not estimated',
  filters: { balancer: BALANCERS, requests: ['1000', '5000', '50000'] },
  async run({ quick, filters, say }: Context): Promise<Outcome> {
    const requests = Number(filters['requests']?.[0] ?? (quick ? 1000 : 50_000));
    const chosen = DRILLS.filter(({ balancer }) => filters['balancer']?.includes(balancer) ?? true);
    const rows: (Row & Drill)[] = [];
    for (const drill of chosen) {
      const row = await drill.run(requests);
      rows.push({ ...drill, ...row });
      say(`${drill.what}: ${row.events} times, ${row.requests} requests, ${row.failed} failed`);
    }
    return report(requests, rows);
  },
};

/** One instance, restarted again and again until this many requests are sent. The balancer tries nothing again. */
async function rollingRestarts(balancer: Balancer, requests: number): Promise<Row> {
  const place = { port: await freePort(), managementPort: await freePort() };
  const server = await startInstance(place, ['--config', WITHOUT_TRIAL]);
  const management = await ManagementPort.of(server);
  await management.settled();
  const changes = balancer === 'haproxy' ? HAPROXY_WITHOUT_RETRIES : NGINX_WITHOUT_RETRIES;
  const proxy = await startProxy(balancer, [place], changes);
  const load = new SteadyLoad('http', proxy.port);
  let restarts = 0;
  try {
    while (load.requests < requests) {
      server.signal('SIGHUP');
      await management.settled((restarts += 1));
    }
  } finally {
    await load.stop();
  }
  await proxy.stop();
  await server.stop();
  return result(load, restarts);
}

/** Two instances, ended and started again one after the other until this many requests are sent. HAProxy tries nothing again. */
async function instancesEnd(balancer: Balancer, requests: number, waits: boolean): Promise<Row> {
  const places = [
    { port: await freePort(), managementPort: await freePort() },
    { port: await freePort(), managementPort: await freePort() },
  ] as const;
  const options = waits ? ['--config', writeWait()] : [];
  const instances = await Promise.all(places.map((place) => startInstance(place, options)));
  const proxy = await startProxy(balancer, places, balancer === 'haproxy' ? HAPROXY_WITHOUT_RETRIES : []);
  await proxy.seesBoth();
  const load = new SteadyLoad('http', proxy.port);
  let ends = 0;
  try {
    while (ends < 2 || load.requests < requests) {
      const index = ends % 2;
      await instances[index]?.stop();
      ends += 1;
      const place = places[index];
      if (place !== undefined) instances[index] = await startInstance(place, options);
      await proxy.seesBoth();
    }
  } finally {
    await load.stop();
  }
  await proxy.stop();
  await Promise.all(instances.map((instance) => instance.stop()));
  return result(load, ends);
}

/** Admission refuses nothing: what is counted here is what gets lost. */
async function startInstance(
  { port, managementPort }: Place,
  options: readonly string[] = [],
): Promise<Server> {
  const { server } = await listen('respite', 'frameworks/express.mjs', {
    options: ['--dry-run', '--management', `127.0.0.1:${managementPort}`, ...options],
    env: { PORT: String(port) },
  });
  return server;
}

function writeWait(): string {
  const file = path.join(emptyDirectory(), 'waits.config.json');
  writeFileSync(file, JSON.stringify({ supervisor: { balancer: WAIT } }));
  return file;
}

function result({ requests, failed, failures }: SteadyLoad, events: number): Row {
  return { events, requests, failed, failures: Object.fromEntries(failures) };
}

function report(requests: number, rows: readonly (Row & Drill)[]): Outcome {
  const goals = rows
    .filter(({ isControl = false }) => !isControl)
    .map(({ what, failed, requests: all }): Goal => ({
      what: `${what}: failed requests`,
      goal: '0',
      figure: `${failed} of ${all}`,
      holds: failed === 0,
    }));
  return {
    goals,
    tables: [
      {
        title: 'Each drill',
        columns: ['', 'restarts or ends', 'requests', 'failed'],
        rows: rows.map(({ what, events, requests: all, failed }) => [
          what,
          String(events),
          String(all),
          String(failed),
        ]),
      },
    ],
    notes: [
      'The balancers try nothing again, except nginx when instances end: it passes on what it could not connect.',
      'Admission counts and refuses nothing (`--dry-run`): what it refuses when the machine is short of processor time is not lost by a restart.',
      ...rows.flatMap(({ what, failures }) =>
        // Without the balancer's error page.
        Object.entries(failures).map(
          ([failure, count]) => `${what}, ${count} times: ${failure.split(/[<\n]/, 1)[0]}`,
        ),
      ),
    ],
    settings: {
      ...LOAD_SETTINGS,
      'requests of each drill, at least': requests,
      'supervisor.balancer': JSON.stringify(WAIT),
    },
    measurements: rows.map(({ what, events, requests: all, failed, failures }) => ({
      what,
      events,
      requests: all,
      failed,
      failures,
    })),
  };
}
