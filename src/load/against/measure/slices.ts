// Slices of load on both versions in the same seconds, and what they say of the versions.
import type { Pair } from '../verdict/figures.ts';

/** What one version did with its load. */
export interface Work {
  /** Requests that were sent. */
  readonly requests: number;
  /** CPU time of all its processes and threads; undefined where that is unknown. */
  readonly cpuSeconds: number | undefined;
  readonly served: number;
  readonly p99Ms: number;
  /** Requests that were served within the deadline. */
  readonly good: number;
}

export interface Slice {
  readonly baseline: Work;
  readonly candidate: Work;
  /** The load generator was so late that latency is its own and not the servers'. */
  readonly isLatencyInvalid: boolean;
  /** The same of goodput: a lag that is short beside the deadline does not matter. */
  readonly isGoodputInvalid: boolean;
}

/** Compares the versions over slices that the same two processes ran. */
export function pairOf(slices: readonly Slice[]): Pair {
  return {
    cpu: logRatio(slices, cpuOf),
    p99: logRatio(withLatency(slices), p99Of),
    goodput: logRatio(withGoodput(slices), goodputOf),
  };
}

/** What a version did, in absolute terms. */
export interface Typical {
  /** CPU time per request in milliseconds; undefined where it could not be measured. */
  readonly cpuMs: number | undefined;
  /** 99th percentile of latency in milliseconds; undefined where too little was served. */
  readonly p99Ms: number | undefined;
  /** Share of all requests that were served within the deadline. */
  readonly goodput: number | undefined;
}

export function typicalOf(slices: readonly Slice[], version: 'baseline' | 'candidate'): Typical {
  const of = (some: readonly Slice[]): readonly Work[] => some.map((slice) => slice[version]);
  const cpuSeconds = cpuOf(of(slices));
  const counted = of(withGoodput(slices));
  const requests = sum(counted, (work) => work.requests);
  return {
    cpuMs: cpuSeconds === undefined ? undefined : cpuSeconds * 1000,
    p99Ms: p99Of(of(withLatency(slices))),
    goodput: requests === 0 ? undefined : sum(counted, ({ good }) => good) / requests,
  };
}

function withLatency(slices: readonly Slice[]): readonly Slice[] {
  return slices.filter(({ isLatencyInvalid }) => !isLatencyInvalid);
}

function withGoodput(slices: readonly Slice[]): readonly Slice[] {
  return slices.filter(({ isGoodputInvalid }) => !isGoodputInvalid);
}

type Read = (work: readonly Work[]) => number | undefined;

const cpuOf: Read = (work) => {
  const requests = sum(work, (each) => each.requests);
  const isKnown = work.every(({ cpuSeconds }) => cpuSeconds !== undefined);
  return isKnown && requests > 0 ? sum(work, ({ cpuSeconds = 0 }) => cpuSeconds) / requests : undefined;
};

/** Geometric mean, to which one slow slice matters less. */
const p99Of: Read = (work) => {
  const serving = work.filter(({ served }) => served > 0);
  if (serving.length === 0) return undefined;
  return Math.exp(sum(serving, ({ p99Ms }) => Math.log(p99Ms)) / serving.length);
};

/** With half a request more of each, so that a version that serves nothing has a logarithm. */
const goodputOf: Read = (work) =>
  work.length === 0
    ? undefined
    : (sum(work, ({ good }) => good) + 0.5) / (sum(work, ({ requests }) => requests) + 0.5);

function logRatio(slices: readonly Slice[], read: Read): number | undefined {
  const before = read(slices.map(({ baseline }) => baseline));
  const now = read(slices.map(({ candidate }) => candidate));
  if (before === undefined || now === undefined || before <= 0 || now <= 0) return undefined;
  return Math.log(now / before);
}

function sum(work: readonly Work[], read: (each: Work) => number): number {
  return work.reduce((total, each) => total + read(each), 0);
}
