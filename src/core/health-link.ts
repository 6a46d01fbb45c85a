// How health indicators that run in a worker reach the supervisor: what they found is left here as plain data, and the
// worker's own code, if this process is a worker, hands it on. Neither side has to be there.

/** As Spring Boot Actuator's. `UNKNOWN`: not checked yet. `OUT_OF_SERVICE`: takes no requests, on purpose. */
export type HealthStatus = 'UP' | 'DOWN' | 'OUT_OF_SERVICE' | 'UNKNOWN';

/** What is wrong with what an indicator looks at. */
export type HealthTrouble = 'dependency-down' | 'dependency-slow' | 'disk-full';

/** What one indicator has found last. Plain data: it travels from worker to supervisor and into JSON. */
export interface IndicatorReport {
  /** Name under which the indicator was added. */
  readonly name: string;
  /** Groups that it belongs to: `live`, `ready`, or the user's own. */
  readonly groups: readonly string[];
  /** While it is down, so are its groups. */
  readonly critical: boolean;
  /** What the last check found. */
  readonly status: HealthStatus;
  /** Since when it has this status, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** What it looks at: `host:port`, a path; undefined when the check has not named it. */
  readonly peer: string | undefined;
  /** Undefined while nothing is wrong, and while nothing is known. */
  readonly trouble: HealthTrouble | undefined;
  /** Since when it has been slow, in milliseconds since 1970; undefined when it is not. */
  readonly slowSinceMs: number | undefined;
  /** Why it is down. */
  readonly error: string | undefined;
  /** How long the last check took, in milliseconds; undefined before the first. */
  readonly durationMs: number | undefined;
  /** When the last check ended, in milliseconds since 1970; undefined before the first. */
  readonly checkedAtMs: number | undefined;
  /** What the check says about itself. Shown to authenticated callers only. */
  readonly details: Readonly<Record<string, unknown>>;
}

type Receiver = (reports: readonly IndicatorReport[]) => void;

interface Link {
  /** By who reports them: there may be several registries, of several copies of this package. */
  readonly reports: Map<object, readonly IndicatorReport[]>;
  receiver: Receiver | undefined;
}

/** Global: `respite run` may be another copy of this package than the one that the user's code imports. */
const kLink: unique symbol = Symbol.for('respite.health');

function link(): Link {
  const holder = process as { [kLink]?: Link };
  return (holder[kLink] ??= { reports: new Map(), receiver: undefined });
}

/** Replaces what `source` has reported so far. */
export function publishHealth(source: object, reports: readonly IndicatorReport[]): void {
  const { reports: all, receiver } = link();
  if (reports.length === 0) all.delete(source);
  else all.set(source, reports);
  receiver?.([...all.values()].flat());
}

/** Has all that is reported from now on, by any source, and what is known already. There is one receiver in a process. */
export function receiveHealth(receiver: Receiver): void {
  const shared = link();
  shared.receiver = receiver;
  if (shared.reports.size > 0) receiver([...shared.reports.values()].flat());
}
