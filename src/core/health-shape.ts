// In a file of its own: what reports has no use for it.
import type { IndicatorReport } from './health-link.ts';
import { isObject, oneOf, type ShapeOf } from './shape.ts';

/** The shape of a report that comes from another process. */
export const INDICATOR_REPORT: ShapeOf<IndicatorReport> = {
  name: 'string',
  groups: ['string'],
  critical: 'boolean',
  status: oneOf('UP', 'DOWN', 'OUT_OF_SERVICE', 'UNKNOWN'),
  sinceMs: 'number',
  peer: { optional: 'string' },
  trouble: { optional: oneOf('dependency-down', 'dependency-slow', 'disk-full') },
  slowSinceMs: { optional: 'number' },
  error: { optional: 'string' },
  durationMs: { optional: 'number' },
  checkedAtMs: { optional: 'number' },
  details: isObject,
};
