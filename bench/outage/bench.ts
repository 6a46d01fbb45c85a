// What an outage of an origin costs behind respite/cache: how often the origin is asked meanwhile, and how soon callers are served again.
import { once } from 'node:events';
import path from 'node:path';
import type { Benchmark, Context, Goal, Outcome, Table } from '../lib/benchmark.ts';
import { onLoadCore } from '../lib/pinning.ts';
import { start } from '../lib/processes.ts';
import { between, pause, peak, Service, type Timeline } from '../outbound/calls.ts';

/** What callers.mjs does. */
interface Plan {
  readonly url: string;
  readonly urls: number;
  readonly callersOfEach: number;
  readonly pauseMs: number;
  readonly seconds: number;
}

/** What callers.mjs counted. */
interface Counts {
  readonly calls: Timeline;
  readonly ok: Timeline;
  /** When three requests had failed, and when the cache sent requests after that; ms since 1970. */
  readonly knownMs?: number;
  readonly sentMs: readonly number[];
}

interface Workload {
  readonly name: string;
  readonly cacheControl: string;
}

const WORKLOADS: readonly Workload[] = [
  { name: 'nothing may be served stale', cacheControl: 'max-age=1, must-revalidate' },
  { name: 'stale responses may be served', cacheControl: 'max-age=1' },
];

/** Time from the origin's return until callers must be served, in s. */
const SERVED_WITHIN_S = 2;

const MIN_SERVED = 0.95;

/** 25,000 callers make 5,000 calls a second of it: as many as one process can make and count besides. */
const PAUSE_MS = 5000;

interface Measured {
  readonly workload: Workload;
  /** Requests of the cache from when three had failed until the origin returned. */
  readonly probes: number;
  readonly probedS: number;
  readonly servedMeanwhile: number;
  readonly servedAfter: number;
  /** Largest number of requests in a tenth of a second that the origin gets on its return. */
  readonly peakAfter: number;
}

export const outage: Benchmark = {
  name: 'outage',
  summary:
    'an origin behind respite/cache that answers 503 for a while: 500 URLs, 50 callers each, in real processes',
  measures: ['src/cache'],
  spread: 'one run',
  pinned: true,
  async run({ quick, say }: Context): Promise<Outcome> {
    const plan = { urls: 500, callersOfEach: quick ? 5 : 50, pauseMs: PAUSE_MS };
    const outageS = quick ? 4 : 15;
    const measured: Measured[] = [];
    for (const workload of WORKLOADS) {
      const one = await measure(workload, plan, outageS);
      measured.push(one);
      say(
        `${workload.name}: ${one.probes} probes in ${one.probedS.toFixed(1)} s, ${percent(one.servedAfter)} served`,
      );
    }
    return {
      goals: measured.flatMap(goalsOf),
      tables: [tableOf(measured)],
      notes: [
        'One process holds the origin, another the cache and all callers. Each caller calls its URL, waits, and calls again.',
        'Probes are what the cache sends from when three requests have failed until the origin returns. Before that, it may have sent one request for each URL.',
        `Served are calls that got 200, of those that began between ${SERVED_WITHIN_S} s and 5 s after the origin's return.`,
      ],
      settings: { ...plan, outageS },
      measurements: measured,
    };
  },
};

async function measure(
  workload: Workload,
  plan: Omit<Plan, 'url' | 'seconds'>,
  outageS: number,
): Promise<Measured> {
  const [calmS, afterS] = [6, 6];
  const origin = await Service.start({ CACHE_CONTROL: workload.cacheControl });
  const calling = call({ ...plan, url: origin.url, seconds: calmS + outageS + afterS });
  await pause(calmS);
  await origin.control('down=1');
  const downMs = Date.now();
  await pause(outageS);
  await origin.control('down=0');
  const upMs = Date.now();
  const { calls, ok, knownMs = upMs, sentMs } = await calling;
  const { arrivals } = await origin.counts();
  await origin.stop();
  const share = (fromMs: number, toMs: number): number =>
    between(ok, fromMs, toMs) / between(calls, fromMs, toMs);
  return {
    workload,
    probes: sentMs.filter((at) => at < upMs).length,
    probedS: (upMs - knownMs) / 1000,
    servedMeanwhile: share(downMs, upMs),
    servedAfter: share(upMs + SERVED_WITHIN_S * 1000, upMs + 5000),
    peakAfter: peak(arrivals, upMs, upMs + 5000),
  };
}

async function call(plan: Plan): Promise<Counts> {
  const script = path.join(import.meta.dirname, 'callers.mjs');
  const child = start(onLoadCore([process.execPath, script]), { env: { PLAN: JSON.stringify(plan) } });
  let [output, complaints] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the callers ended with ${code}: ${complaints}`);
  return JSON.parse(output) as Counts;
}

function goalsOf({ workload, probes, probedS, servedAfter }: Measured): readonly Goal[] {
  // One at the beginning of that time, and one for each second that passes.
  const limit = Math.floor(probedS) + 1;
  return [
    {
      what: `probes while the origin is down, ${workload.name}`,
      goal: `≤ 1 a second: ${limit} in ${probedS.toFixed(1)} s`,
      figure: String(probes),
      // None at all would mean that the outage was not seen.
      holds: probes >= 1 && probes <= limit,
    },
    {
      what: `goodput from ${SERVED_WITHIN_S} s after its return on, ${workload.name}`,
      goal: `≥ ${percent(MIN_SERVED)}`,
      figure: percent(servedAfter),
      holds: servedAfter >= MIN_SERVED,
    },
  ];
}

function tableOf(measured: readonly Measured[]): Table {
  return {
    title: 'An outage, by what the origin says of its responses',
    columns: ['', 'probes', 'served meanwhile', 'served after', 'most requests in 100 ms on its return'],
    rows: measured.map((one) => [
      `${one.workload.name} (\`${one.workload.cacheControl}\`)`,
      `${one.probes} in ${one.probedS.toFixed(1)} s`,
      percent(one.servedMeanwhile),
      percent(one.servedAfter),
      String(one.peakAfter),
    ]),
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
