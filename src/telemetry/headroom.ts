import { gauge, type Metric } from './metric.ts';
import type { HeadroomFigures } from './snapshot.ts';

/** What the instance could do. Without series while it is unknown, so that no alert fires for it. */
export function headroomMetrics(headroom: HeadroomFigures | undefined): Metric[] {
  const capacity = headroom?.capacity.kind === 'known' ? headroom.capacity : undefined;
  const one = (value: number | undefined): readonly [[object: Record<string, never>, value: number]] | [] =>
    value === undefined ? [] : [[{}, value]];
  return [
    gauge(
      'respite_capacity_rps',
      'Requests a second that this instance could complete, estimated from its traffic.',
      one(capacity?.rps),
    ),
    gauge(
      'respite_capacity_error_ratio',
      'How far off the estimated capacity may be, as a share of it.',
      one(capacity && (capacity.highRps - capacity.lowRps) / (2 * capacity.rps)),
    ),
    gauge(
      'respite_peak_rps',
      'Requests a second of the busiest minute of the last 24 hours, shed ones too.',
      one(headroom?.peakRps),
    ),
    gauge(
      'respite_headroom_ratio',
      'Estimated capacity over the busiest minute of the last 24 hours: below 1 it is not enough.',
      one(headroom?.ratio),
    ),
  ];
}
