// Rolling restarts of every framework under load: no request may fail.
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Context, Outcome } from '../lib/benchmark.ts';
import { ManagementPort } from '../lib/management.ts';
import { listen, WITHOUT_TRIAL } from '../lib/server.ts';
import type { Protocol } from './clients.ts';
import { LOAD_SETTINGS, SteadyLoad } from './steady-load.ts';

const FRAMEWORKS: readonly { readonly name: string; readonly script: string; readonly protocol: Protocol }[] =
  [
    { name: 'Express', script: 'express.mjs', protocol: 'http' },
    { name: 'Fastify', script: 'fastify.mjs', protocol: 'http' },
    { name: 'Koa', script: 'koa.mjs', protocol: 'http' },
    { name: 'Hono', script: 'hono.mjs', protocol: 'http' },
    { name: 'node:https', script: 'https.mjs', protocol: 'https' },
    { name: 'node:http2', script: 'http2.mjs', protocol: 'http2' },
  ];

/** Load without a restart, at the beginning, between two restarts and at the end. */
const CALM_MS = 100;

interface Row {
  readonly name: string;
  readonly restarts: number;
  readonly requests: number;
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly seconds: number;
}

export const rolling: Benchmark = {
  name: 'rolling',
  summary: 'rolling restarts under keep-alive GET and POST load, of each framework: failed requests',
  pinned: true,
  measures: ['src/supervisor/workers', 'src/worker'],
  spread: 'one run of each framework; every request is counted',
  async run({ quick, say }: Context): Promise<Outcome> {
    const restarts = quick ? 2 : 20;
    const rows: Row[] = [];
    for (const framework of FRAMEWORKS) {
      const row = await measure(framework, restarts);
      rows.push(row);
      const { name, requests, failed, seconds } = row;
      say(`${name}: ${restarts} restarts in ${seconds.toFixed(1)} s, ${requests} requests, ${failed} failed`);
    }
    return report(restarts, rows);
  },
};

async function measure(
  { name, script, protocol }: (typeof FRAMEWORKS)[number],
  restarts: number,
): Promise<Row> {
  const { server, port } = await listen('respite', `frameworks/${script}`, {
    options: ['--config', WITHOUT_TRIAL],
  });
  const management = await ManagementPort.of(server);
  await management.settled();
  const startedMs = performance.now();
  const load = new SteadyLoad(protocol, port);
  try {
    await delay(CALM_MS);
    for (let done = 1; done <= restarts; done += 1) {
      server.signal('SIGHUP');
      await management.settled(done);
      await delay(CALM_MS);
    }
  } finally {
    await load.stop();
  }
  const seconds = (performance.now() - startedMs) / 1000;
  await server.stop();
  const { requests, failed, failures } = load;
  return { name, restarts, requests, failed, failures: Object.fromEntries(failures), seconds };
}

function report(restarts: number, rows: readonly Row[]): Outcome {
  const sum = (what: 'failed' | 'requests'): number => rows.reduce((total, row) => total + row[what], 0);
  return {
    goals: [
      {
        what: 'failed requests, all frameworks',
        goal: '0',
        figure: `${sum('failed')} of ${sum('requests')}`,
        holds: sum('failed') === 0,
      },
    ],
    tables: [
      {
        title: 'Each framework',
        columns: ['', 'restarts', 'requests', 'failed', 'seconds of a restart'],
        rows: rows.map(({ name, requests, failed, seconds }) => [
          name,
          String(restarts),
          String(requests),
          String(failed),
          (seconds / restarts).toFixed(2),
        ]),
      },
    ],
    notes: rows.flatMap(({ name, failures }) =>
      Object.entries(failures).map(([what, count]) => `${name}, ${count} times: ${what}`),
    ),
    settings: { ...LOAD_SETTINGS, 'restarts of each': restarts },
    measurements: rows,
  };
}
