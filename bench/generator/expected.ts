// What the requests of a run would have to see at a server that takes the same time for each, one after the other (M/D/1).
import { Schedule } from '../../src/load/generator/schedule.ts';
import { quantile } from '../lib/statistics.ts';

export interface Expected {
  readonly meanMs: number;
  readonly p99Ms: number;
}

/** Of the arrivals of this seed themselves, so that chance is no part of the difference. */
export function expected(
  run: { readonly rate: number; readonly durationMs: number; readonly seed: number },
  serviceMs: number,
): Expected {
  const { rate, durationMs, seed } = run;
  const schedule = new Schedule({
    segments: [{ durationMs, from: rate, to: rate }],
    kinds: [{ name: 'GET /', weight: 1, method: 'GET', path: '/', headers: {}, body: undefined }],
    seed,
    slowShare: 0,
    obeyShare: 0,
    ignoreShare: 0,
  });
  const latenciesMs: number[] = [];
  for (let freeMs = 0; schedule.dueMs < Infinity; schedule.advance()) {
    freeMs = Math.max(freeMs, schedule.dueMs) + serviceMs;
    latenciesMs.push(freeMs - schedule.dueMs);
  }
  const sum = latenciesMs.reduce((all, each) => all + each, 0);
  return { meanMs: sum / latenciesMs.length, p99Ms: quantile(latenciesMs, 0.99) };
}
