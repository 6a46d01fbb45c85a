import { counter, gauge, type Metric } from './metric.ts';
import type { MetricsSnapshot } from './snapshot.ts';

export function fairnessMetrics({ fairness }: MetricsSnapshot): Metric[] {
  const { scope = 'off', tenants = 0, largestShare = 1, instances = 0, exchanges } = fairness ?? {};
  return [
    gauge(
      'respite_fairness_scope',
      'Whether sheddable requests are shared out between the tenants of the fleet, of this instance, or not at all (1 for what is so).',
      ['fleet', 'instance', 'off'].map((each) => [{ scope: each }, each === scope ? 1 : 0]),
    ),
    gauge('respite_fairness_tenants', 'Tenants that have made sheddable requests lately, in this instance.', [
      [{}, tenants],
    ]),
    gauge(
      'respite_fairness_largest_share',
      'Part of the sheddable requests that one tenant is let through at most, 0 to 1; of the worker where it is least.',
      [[{}, largestShare]],
    ),
    gauge(
      'respite_fleet_instances',
      "Instances that share out between tenants together; 0 while the fleet's Redis does not answer.",
      [[{}, instances]],
    ),
    counter(
      'respite_fleet_exchanges_total',
      "Questions to the fleet's Redis about tenants, by whether it answered in time.",
      (['answered', 'unanswered'] as const).map((result) => [{ result }, exchanges?.[result] ?? 0]),
    ),
  ];
}
