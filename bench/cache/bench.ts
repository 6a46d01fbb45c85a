// What a hit costs, in this cache and in others, and how often there is one.
import path from 'node:path';
import type { Benchmark, Context, Goal, Outcome, Table } from '../lib/benchmark.ts';
import { medianAndRange, perSecond } from '../lib/format.ts';
import { onLoadCore, onServerCore } from '../lib/pinning.ts';
import { outputOf } from '../lib/processes.ts';
import { repository, Server } from '../lib/server.ts';
import { median } from '../lib/statistics.ts';
import { hitRatios, type Ratio } from './hit-ratio.ts';
import { type ManyKeys, manyKeysGoals, manyKeysTable, measureManyKeys } from './many-keys/measure.ts';
import { measureMemory, memoryGoals, memoryTable } from './memory/measure.ts';
import type { Held } from './memory/plan.ts';
import type { Drive, Driven } from './plan.ts';
import { type Proxy, startNginx, startVarnish } from './proxies.ts';
import { BACKENDS } from './stores/plan.ts';
import { type Measured, measureStores, storeGoals, storeTables } from './stores/measure.ts';
import { IN_PROCESS, type System } from './systems.ts';

const SIZES = [1024, 1024 * 1024] as const;
type Size = (typeof SIZES)[number];

/** A proxy works while we wait: it is asked by this many at a time, and a cache in the process by one after the other. */
const AT_ONCE_OF_PROXIES = 10;

const MIN_PER_SECOND = 40_000;
const MIN_FETCH_RATIO = 4;

/** A difference that one million requests can't tell from chance. */
const HIT_RATIO_NOISE = 0.002;

type Rounds = ReadonlyMap<System, readonly Driven[]>;

export const cache: Benchmark = {
  name: 'cache',
  summary:
    'a hit in memory of 1 KB and 1 MB, against the caches of others; how often there is one; memory under a million URLs; a hit in Redis, against a bare GET',
  pinned: true,
  measures: ['src/cache'],
  spread: 'rounds in alternating order; median, least and most',
  async run({ quick, say }: Context): Promise<Outcome> {
    const rounds = quick ? 1 : 5;
    const timing = quick ? { warmUpMs: 200, durationMs: 200 } : { warmUpMs: 600, durationMs: 800 };
    const script = path.join(repository, 'bench/servers/cache-origin.mjs');
    const server = new Server(onLoadCore([process.execPath, script]));
    const origin = `http://127.0.0.1:${await server.says(/^listening (\d+)$/m)}`;
    const proxies = new Map<System, Proxy>();
    const missing: string[] = [];
    for (const [system, begin] of [
      ['nginx', startNginx],
      ['Varnish', startVarnish],
    ] as const) {
      const proxy = await begin(origin);
      if (proxy === undefined) missing.push(system);
      else proxies.set(system, proxy);
    }
    for (const system of missing) say(`${system} is not installed, and left out`);
    const systems: readonly System[] = ['no cache', ...IN_PROCESS, ...proxies.keys()];
    const bySize = new Map<Size, Rounds>();
    for (const bytes of SIZES) {
      const measured = new Map<System, Driven[]>(systems.map((system) => [system, []]));
      for (let round = 0; round < rounds; round += 1) {
        // Forwards and backwards in turn, so that what drifts on the machine hits all alike.
        for (const system of round % 2 === 0 ? systems : systems.toReversed()) {
          const proxy = proxies.get(system);
          const atOnce = proxy === undefined ? 1 : AT_ONCE_OF_PROXIES;
          const driven = await drive({
            system,
            base: proxy?.base ?? origin,
            origin,
            bytes,
            atOnce,
            ...timing,
          });
          measured.get(system)?.push(driven);
          say(`${nameOf(bytes)} round ${round + 1} ${system.padEnd(20)}${perSecond(driven.perSecond)}`);
        }
      }
      bySize.set(bytes, measured);
    }
    const manyUrls = await measureManyKeys(origin, { rounds, ...timing }, say);
    // What is measured next has the machine for itself.
    await Promise.all([server, ...proxies.values()].map((running) => running.stop()));
    const urls = quick ? 100_000 : 1_000_000;
    say(`asking for ${urls.toLocaleString('en')} URLs, and counting hits`);
    // Bytes and hits are counted: they may share the machine.
    const flood = measureMemory(urls);
    const ratios = hitRatios(quick ? 100_000 : 1_000_000);
    const held = await flood;
    const manyKeys = quick ? 10_000 : 1_000_000;
    const slicing = quick
      ? { processes: 1, slices: 2, warmUpMs: 200, sliceMs: 200 }
      : { processes: 2, slices: 5, warmUpMs: 500, sliceMs: 400 };
    const stores = await measureStores({ ...slicing, manyKeys }, say);
    for (const backend of BACKENDS) if (!stores.some((one) => one.backend === backend)) missing.push(backend);
    const settings = { rounds, ...timing, urls, manyKeys, ...slicing, warmUpMs: timing.warmUpMs };
    return report({ bySize, manyUrls, ratios, held, stores }, missing, settings);
  },
};

/** In a process of its own, so that none profits from what another has compiled. */
async function drive(plan: Drive): Promise<Driven> {
  const main = path.join(import.meta.dirname, 'drive.ts');
  const driven = JSON.parse(
    await outputOf(onServerCore([process.execPath, main, JSON.stringify(plan)])),
  ) as Driven;
  if (plan.system !== 'no cache' && driven.askedMeanwhile > 0) {
    throw new Error(
      `${plan.system}: the origin was asked ${driven.askedMeanwhile} times, so these were no hits`,
    );
  }
  return driven;
}

interface Found {
  readonly bySize: ReadonlyMap<Size, Rounds>;
  readonly manyUrls: ManyKeys;
  readonly ratios: readonly Ratio[];
  readonly held: readonly Held[];
  readonly stores: readonly Measured[];
}

function report(
  { bySize, manyUrls, ratios, held, stores }: Found,
  missing: readonly string[],
  settings: Outcome['settings'],
): Outcome {
  return {
    goals: [
      ...hitGoals(bySize),
      ...manyKeysGoals(manyUrls),
      ...ratioGoals(ratios),
      ...memoryGoals(held),
      ...storeGoals(stores),
    ],
    tables: [
      ...[...bySize].map(([bytes, rounds]) => hitTable(bytes, rounds)),
      manyKeysTable(manyUrls),
      ratioTable(ratios),
      memoryTable(held),
      ...storeTables(stores),
    ],
    notes: [
      'One hit after the other in one process on one core; proxies are asked over the loopback interface, 10 at a time, over kept-alive connections by undici\'s `request`, as is the origin itself in "no cache".',
      'Every body is read to its end. The origin counts: none of these has reached it.',
      'Workloads of the hit ratio are synthetic.',
      'Redis and memcached run on the core of the load, and are read by the same client (ioredis; our own) in all ways: the bare GET (`mg`) gets the same bytes, "get as Response" makes a Response of them and reads it, and "fetch" makes responses and reads them. Keys are asked for at random; one process reads in all ways in turn, slice by slice.',
      ...missing.map((system) => `${system} was not installed.`),
    ],
    settings,
    measurements: {
      hits: Object.fromEntries([...bySize].map(([bytes, rounds]) => [bytes, Object.fromEntries(rounds)])),
      'many URLs': Object.fromEntries(manyUrls),
      ratios,
      held,
      stores,
    },
  };
}

function hitGoals(bySize: ReadonlyMap<Size, Rounds>): Goal[] {
  const goals: Goal[] = [];
  for (const [bytes, rounds] of bySize) {
    const name = nameOf(bytes);
    if (bytes === 1024) {
      const each = median((rounds.get('respite fetch') ?? []).map((driven) => driven.perSecond));
      const [goal, figure] = [`≥ ${perSecond(MIN_PER_SECOND)}`, perSecond(each)];
      goals.push({ what: `hits of ${name} through fetch`, goal, figure, holds: each >= MIN_PER_SECOND });
    }
    const fetchGoal = bytes === 1024 ? MIN_FETCH_RATIO : 1;
    goals.push(
      against(`hits of ${name} through fetch`, rounds, 'respite fetch', 'undici fetch', fetchGoal),
      against(
        `hits of ${name} through the interceptor`,
        rounds,
        'respite interceptor',
        'undici interceptor',
        1,
      ),
    );
  }
  return goals;
}

function against(what: string, rounds: Rounds, ours: System, theirs: System, least: number): Goal {
  const others = rounds.get(theirs) ?? [];
  const times = median(
    (rounds.get(ours) ?? []).map((driven, i) => driven.perSecond / (others[i]?.perSecond ?? NaN)),
  );
  return {
    what,
    goal: `≥ ${least} times undici's own cache`,
    figure: `${times.toFixed(2)} times`,
    holds: times >= least,
  };
}

function ratioGoals(ratios: readonly Ratio[]): Goal[] {
  const least = Math.min(...ratios.map(({ store, lru }) => store - lru));
  return [
    {
      what: 'hit ratio of the memory store, in every workload',
      goal: "≥ LRU's",
      figure: `${(100 * least).toFixed(1)} points or more above`,
      holds: least >= -HIT_RATIO_NOISE,
    },
  ];
}

function hitTable(bytes: Size, rounds: Rounds): Table {
  return {
    title: `Hits of ${nameOf(bytes)}; median (least to most) of the rounds`,
    columns: ['', 'a second', 'CPU of the process, µs each'],
    rows: [...rounds].map(([system, all]) => [
      system,
      medianAndRange(
        all.map((driven) => driven.perSecond),
        perSecond,
      ),
      medianAndRange(
        all.map((driven) => driven.cpuMicroseconds),
        (value) => value.toFixed(1),
      ),
    ]),
  };
}

function ratioTable(ratios: readonly Ratio[]): Table {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return {
    title: 'Requests answered from memory that holds a tenth of the objects',
    columns: ['workload', 'memory store', 'LRU'],
    rows: ratios.map(({ workload, store, lru }) => [workload, percent(store), percent(lru)]),
  };
}

function nameOf(bytes: Size): string {
  return bytes === 1024 ? '1 KB' : '1 MB';
}
