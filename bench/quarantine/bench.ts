// One request a second that blocks the worker which handles it: what do all others get?
import { get } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Context, Outcome } from '../lib/benchmark.ts';
import { ManagementPort } from '../lib/management.ts';
import { listen } from '../lib/server.ts';

const WORKERS = 2;
const SECONDS = 90;
const QUICK_SECONDS = 40;
const POISON_EVERY_MS = 1000;
const OTHERS_EVERY_MS = 20;
/** How long the others wait for an answer. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 250;
const GOAL = 0.999;

interface Case {
  readonly name: string;
  readonly config: string | undefined;
  /** Characters of the poisonous word, by the number of the request. */
  readonly length: (i: number) => number;
}

const CASES: readonly Case[] = [
  { name: 'the same each time', config: undefined, length: () => 60 },
  { name: 'another one each time, callers named', config: 'named.config.json', length: (i) => 40 + (i % 20) },
  { name: 'the same, quarantine off', config: 'off.config.json', length: () => 60 },
];

interface Row {
  readonly name: string;
  readonly poison: number;
  /** From the first poisonous request until there is a quarantine and a worker serves; undefined when that never was. */
  readonly outageMs: number | undefined;
  /** Of all others, and of those after that. */
  readonly asked: number;
  readonly served: number;
  readonly askedAfter: number;
  readonly servedAfter: number;
  readonly replaced: number;
}

export const quarantine: Benchmark = {
  name: 'quarantine',
  summary: 'one catastrophic regular expression a second against two workers: what all others get',
  pinned: false,
  measures: ['src/admission/quarantine', 'src/supervisor/quarantine'],
  spread: 'one run of each situation; every request is counted',
  async run({ quick, say }: Context): Promise<Outcome> {
    const seconds = quick ? QUICK_SECONDS : SECONDS;
    const rows: Row[] = [];
    for (const each of CASES) {
      const row = await measure(each, seconds);
      rows.push(row);
      say(
        `${row.name}: ${outage(row)} until there is a quarantine and a worker serves, then ${share(row.servedAfter, row.askedAfter)} of the others served`,
      );
    }
    return report(seconds, rows);
  },
};

async function measure({ name, config, length }: Case, seconds: number): Promise<Row> {
  const options = config === undefined ? [] : ['--config', path.join(import.meta.dirname, config)];
  const { server, port } = await listen('respite', 'poisoned.mjs', {
    options: ['--workers', String(WORKERS), ...options],
  });
  const management = await ManagementPort.of(server);
  await management.settled();
  const startedMs = performance.now();
  const sinceMs = (): number => performance.now() - startedMs;
  const others: { readonly atMs: number; isServed: boolean }[] = [];
  const pending: Promise<void>[] = [];
  let poison = 0;
  let outageMs: number | undefined;
  const looking = setInterval(() => {
    void management.status().then(({ quarantine: { entries }, workers }) => {
      const isOver = entries.length > 0 && workers.some(({ state }) => state === 'ready');
      if (isOver) outageMs ??= sinceMs();
    });
  }, LOOK_EVERY_MS);
  while (sinceMs() < seconds * 1000) {
    if (sinceMs() >= poison * POISON_EVERY_MS) {
      pending.push(ask(port, `${'a'.repeat(length(poison))}!`, 'eve').then(() => {}));
      poison += 1;
    }
    const one = { atMs: sinceMs(), isServed: false };
    others.push(one);
    pending.push(
      ask(port, 'tomorrow', `user ${others.length}`).then((isServed) => {
        one.isServed = isServed;
      }),
    );
    await delay(OTHERS_EVERY_MS);
  }
  clearInterval(looking);
  const { restarts } = await management.status();
  await server.stop();
  await Promise.all(pending);
  const after = others.filter(({ atMs }) => atMs >= (outageMs ?? Infinity));
  const served = (some: typeof others): number => some.filter(({ isServed }) => isServed).length;
  return {
    name,
    poison,
    outageMs,
    asked: others.length,
    served: served(others),
    askedAfter: after.length,
    servedAfter: served(after),
    replaced: restarts['event-loop-blocked'],
  };
}

/** On a connection of its own, since that is what finds another worker. @returns Whether the answer was 200. */
async function ask(port: number, word: string, user: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, agent: false, headers: { 'x-user': user } } as const;
    const request = get({ ...options, path: `/?q=${word}`, timeout: PATIENCE_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}

function outage({ outageMs }: Row): string {
  return outageMs === undefined ? 'never' : `${(outageMs / 1000).toFixed(1)} s`;
}

function report(seconds: number, rows: readonly Row[]): Outcome {
  const guarded = rows.slice(0, 2);
  return {
    goals: guarded.map(({ name, askedAfter, servedAfter }) => ({
      what: `all others, once the quarantine has begun and a worker serves: ${name}`,
      goal: `≥ ${100 * GOAL} %`,
      figure: `${share(servedAfter, askedAfter)} of ${askedAfter}`,
      holds: askedAfter > 0 && servedAfter >= GOAL * askedAfter,
    })),
    tables: [
      {
        title: 'One poisonous request a second',
        columns: [
          '',
          'poisonous requests',
          'workers replaced',
          'outage',
          'others served, all',
          'after the outage',
        ],
        rows: rows.map((row) => [
          row.name,
          String(row.poison),
          String(row.replaced),
          outage(row),
          share(row.served, row.asked),
          share(row.servedAfter, row.askedAfter),
        ]),
      },
    ],
    notes: [
      'The first two poisonous requests block both workers, which are replaced after 5 s: that is the outage. It ends when there is a quarantine and a worker serves.',
    ],
    settings: {
      workers: WORKERS,
      seconds,
      'ms between poisonous requests': POISON_EVERY_MS,
      'ms between others': OTHERS_EVERY_MS,
    },
    measurements: rows,
  };
}

function share(part: number, all: number): string {
  return all === 0 ? '-' : `${((100 * part) / all).toFixed(2)} %`;
}
