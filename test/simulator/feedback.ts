// Instances of unequal speed behind a load balancer that asks each for its weight: what feedback.test.ts measures the weights on.
import { loadOf, Weight } from '../../src/management/agent-check/weight.ts';
import { normal } from './random.ts';

export interface Scene {
  /** Requests a second that each instance can serve, second by second. */
  readonly capacities: (second: number) => readonly number[];
  /** Requests a second that clients send, second by second. */
  readonly load: (second: number) => number;
  readonly seconds: number;
  /** Seconds between two questions of the balancer. */
  readonly interval: number;
  /** Utilization of an instance whose load is this share of its capacity. Default: the share. */
  readonly utilization?: (share: number) => number;
  /** False for the control: the balancer sends the same to all. */
  readonly isWeighted?: boolean;
}

export interface Second {
  /** Of the requests, the share that each instance got. */
  readonly shares: readonly number[];
  readonly percents: readonly number[];
  readonly utilizations: readonly number[];
  readonly shed: number;
}

/** @returns What happened in each second. */
export function feedback(scene: Scene, random: () => number): Second[] {
  const { capacities, load, seconds, interval, utilization = (share) => share, isWeighted = true } = scene;
  const weights = capacities(0).map(() => new Weight());
  // The balancer asks the instances one after the other.
  let asked = weights.map(({ percent }) => percent);
  return Array.from({ length: seconds }, (_, second): Second => {
    const sum = asked.reduce((total, percent) => total + percent, 0);
    const shares = asked.map((percent) => (isWeighted ? percent / sum : 1 / asked.length));
    const results = capacities(second).map((capacity, i) => {
      const mean = load(second) * (shares[i] ?? 0);
      const offered = Math.max(0, mean + Math.sqrt(mean) * normal(random));
      const served = Math.min(offered, capacity);
      // What a worker measures in a second is not exact.
      const measured = Math.min(
        1,
        utilization(Math.min(1, offered / capacity)) * (1 + 0.03 * normal(random)),
      );
      return { utilization: measured, served, shed: offered - served };
    });
    const percents = weights.map((weight, i) => {
      const { utilization: measured = 0, served = 0, shed = 0 } = results[i] ?? {};
      weight.add(loadOf(measured, served, shed), second * 1000);
      return weight.percent;
    });
    asked = asked.map((before, i) => ((second + i) % interval === 0 ? (percents[i] ?? before) : before));
    return {
      shares,
      percents,
      utilizations: results.map((result) => result.utilization),
      shed: results.reduce((total, { shed }) => total + shed, 0),
    };
  });
}
