// Figures as people read them.
import { mb } from '../../../core/units.ts';

/** `12 of 256 MB`. */
export function mbOf(bytes: number, limitBytes: number): string {
  return `${mb(bytes)} of ${mb(limitBytes)} MB`;
}

/** Minutes where seconds say nothing to anybody. */
export function duration(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
