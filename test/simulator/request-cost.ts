// A server whose requests cost unequal amounts of the processor, some of them large: what request-cost.test.ts measures the rule on.
import { Admission } from '../../src/admission/admission.ts';
import { aloneHost } from '../../src/admission/host.ts';
import type { RequestInFlight } from '../../src/admission/in-flight/request.ts';
import { type AdmissionOptions, resolveAdmissionOptions } from '../../src/admission/options.ts';
import { exponential, seededRandom } from './random.ts';

/** Requests of one route, with bodies of one length. */
export interface Kind {
  readonly route: string;
  readonly bodyBytes: number;
  readonly perSecond: number;
  /** Mean CPU time, in ms. */
  readonly cpuMs: number;
  /** Cores that one uses at most: the rest of its time it waits for its client, a disk or a database. */
  readonly cores: number;
  /** A caller that is shed comes again, as mail servers do. */
  readonly comesAgain: boolean;
}

export interface Mix {
  readonly cores: number;
  readonly seconds: number;
  readonly kinds: readonly Kind[];
  readonly seed: number;
}

export interface Served {
  readonly asked: number;
  /** Served to the end. */
  accepted: number;
  /** Decisions to shed. */
  shed: number;
  readonly latenciesMs: number[];
}

interface Running {
  readonly kind: number;
  readonly request: RequestInFlight;
  readonly askedMs: number;
  leftMs: number;
}

const STEP_MS = 1;

/** A caller that was shed comes again after this long, in ms. */
const COME_AGAIN_MS = { least: 1000, most: 4000 };

/** Processor sharing: who is in flight gets the cores in equal parts, but no more than it can use. */
export function serve(mix: Mix, options: AdmissionOptions): Served[] {
  const random = seededRandom(mix.seed);
  let nowMs = 0;
  let usedMs = 0;
  const processor = { cores: mix.cores, cpuMs: () => usedMs };
  const signals = { 'loop-delay': false, memory: false } as const;
  const admission = new Admission(
    resolveAdmissionOptions({ turnBudget: false, signals, ...options }),
    () => nowMs,
    aloneHost({ processor }),
  );
  const asking = mix.kinds.flatMap((kind, index) => arrivals(kind, index, mix.seconds, random));
  asking.sort((a, b) => a.atMs - b.atMs);
  const served = mix.kinds.map((_, index): Served => ({
    asked: asking.filter(({ kind }) => kind === index).length,
    accepted: 0,
    shed: 0,
    latenciesMs: [],
  }));
  /** By the millisecond in which they come again. */
  const again = new Map<number, typeof asking>();
  let running: Running[] = [];
  let next = 0;

  const ask = (asked: (typeof asking)[number]): void => {
    const kind = mix.kinds[asked.kind];
    const counts = served[asked.kind];
    if (kind === undefined || counts === undefined) return;
    const [method = 'GET', path = '/'] = kind.route.split(' ');
    const outcome = admission.request(method, path, kind.bodyBytes, {});
    if ('admission' in outcome) {
      running.push({ kind: asked.kind, request: outcome, askedMs: nowMs, leftMs: asked.cpuMs });
      return;
    }
    counts.shed += 1;
    if (!kind.comesAgain) return;
    const { least, most } = COME_AGAIN_MS;
    const atMs = Math.ceil(nowMs + least + random() * (most - least));
    const others = again.get(atMs);
    if (others === undefined) again.set(atMs, [asked]);
    else others.push(asked);
  };

  for (; nowMs < mix.seconds * 1000; nowMs += STEP_MS) {
    while ((asking[next]?.atMs ?? Infinity) <= nowMs) {
      const asked = asking[next];
      next += 1;
      if (asked !== undefined) ask(asked);
    }
    for (const asked of again.get(nowMs) ?? []) ask(asked);
    again.delete(nowMs);

    let wanted = 0;
    for (const { kind } of running) wanted += mix.kinds[kind]?.cores ?? 0;
    let hasEnded = false;
    const part = Math.min(1, mix.cores / Math.max(wanted, 1e-9));
    for (const each of running) {
      const gotMs = Math.min(each.leftMs, (mix.kinds[each.kind]?.cores ?? 0) * part * STEP_MS);
      each.leftMs -= gotMs;
      usedMs += gotMs;
      if (each.leftMs > 0) continue;
      hasEnded = true;
      each.request.end(200);
      const counts = served[each.kind];
      if (counts === undefined) continue;
      counts.accepted += 1;
      counts.latenciesMs.push(nowMs - each.askedMs);
    }
    if (hasEnded) running = running.filter(({ leftMs }) => leftMs > 0);
  }
  return served;
}

/** When requests of a kind come, and what each costs: between a third of the mean and 1.7 times as much. */
function arrivals(kind: Kind, index: number, seconds: number, random: () => number) {
  const found: { readonly kind: number; readonly atMs: number; readonly cpuMs: number }[] = [];
  const gapMs = (): number => exponential(random, 1000 / kind.perSecond);
  for (let atMs = gapMs(); atMs < seconds * 1000; atMs += gapMs()) {
    found.push({ kind: index, atMs, cpuMs: kind.cpuMs * (1 / 3 + (4 / 3) * random()) });
  }
  return found;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
