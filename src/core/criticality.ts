/**
 * How much a request matters, from Google's Site Reliability Engineering, "Handling Overload": what is shed last comes first here.
 * `sheddable` is for calls with no user waiting, costly, and retried by the caller.
 */
export type Criticality = 'critical-plus' | 'critical' | 'sheddable-plus' | 'sheddable';

export const CRITICALITIES: readonly Criticality[] = Object.freeze([
  'critical-plus',
  'critical',
  'sheddable-plus',
  'sheddable',
]);
