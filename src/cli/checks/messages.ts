// What the supervisor and the process for health checks say to each other.
import type { IndicatorReport } from '../../core/health-link.ts';
import { INDICATOR_REPORT } from '../../core/health-shape.ts';
import { decodeByKind, oneOf, type ShapesOf } from '../../core/shape.ts';

export type ToChecks =
  /** Check what the configuration names, except these. Comes first, and once. */
  | { readonly kind: 'start'; readonly except: readonly string[] }
  /** Check one of those again. */
  | { readonly kind: 'add'; readonly name: string }
  /** Close what the checks keep open, and end. */
  | { readonly kind: 'stop' };

export type FromChecks =
  /** The configuration is loaded. */
  | { readonly kind: 'hello' }
  /** The event loop runs. */
  | { readonly kind: 'beat' }
  /** A check begins, is past its synchronous part, and has settled. */
  | { readonly kind: 'run'; readonly name: string; readonly phase: 'begins' | 'waits' | 'settles' }
  /** A check's synchronous part has kept all others waiting. */
  | { readonly kind: 'blocked'; readonly name: string; readonly forMs: number }
  /** An error that no check has caught: thrown later, or a rejection that was not handled. */
  | { readonly kind: 'uncaught'; readonly error: string }
  /** All that was found last. */
  | { readonly kind: 'reports'; readonly reports: readonly IndicatorReport[] };

const SHAPES: ShapesOf<FromChecks> = {
  hello: {},
  beat: {},
  run: { name: 'string', phase: oneOf('begins', 'waits', 'settles') },
  blocked: { name: 'string', forMs: 'number' },
  uncaught: { error: 'string' },
  reports: { reports: [INDICATOR_REPORT] },
};

/** Undefined for whatever is none of these: checks are user code, and share the channel's process. */
export function decodeFromChecks(message: unknown): FromChecks | undefined {
  return decodeByKind(message, SHAPES) as FromChecks | undefined;
}
