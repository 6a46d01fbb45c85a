// Makes of a drill file the drill that is carried out, and the load that goes on meanwhile.
import { random } from '../../generator/random.ts';
import type { LoadShape } from '../../shape/contract.ts';
import type { Drill, Plan, Site } from '../contract.ts';
import { CALM_MS } from '../course.ts';
import { DRILLS } from '../drills/index.ts';
import type { DrillFile, DrillLoad } from './contract.ts';

/** Time in which an incident has to open where the drill itself need not lead to one, in ms. */
const DETECTED_WITHIN_MS = 60_000;

/** Causes of which an instance opens an incident at most this often, in ms: nothing is healed for them. */
const SELDOM_CAUSES: ReadonlySet<string> = new Set(['cpu-starved', 'dependency-down', 'dependency-slow']);
const SELDOM_MS = 300_000;

/** Why the instance would open no incident of these causes now. */
function tooSoon({ status }: Site, causes: DrillFile['causes'], nowMs: number): string | undefined {
  const last = status.incidents.findLast(
    ({ cause, openedAtMs }) =>
      causes.includes(cause) && SELDOM_CAUSES.has(cause) && nowMs - openedAtMs < SELDOM_MS,
  );
  if (last === undefined) return undefined;
  const seconds = Math.ceil((last.openedAtMs + SELDOM_MS - nowMs) / 1000);
  return `an instance opens an incident of ${last.cause} every five minutes at most: wait ${seconds} s, or use another instance`;
}

/** The drill that a file names, with the causes that the file expects. */
export function drillOf({ name, drill: ofName, causes }: DrillFile): Drill {
  const drill = DRILLS.find((each) => each.name === ofName);
  if (drill === undefined) throw new RangeError(`there is no drill ${ofName}`);
  return {
    ...drill,
    name,
    lacks: (site) => drill.lacks?.(site) ?? tooSoon(site, causes, Date.now()),
    plan: (site): Plan => {
      const { hypothesis, hold } = drill.plan(site);
      const expected = causes;
      const text = `Respite names ${causes.join(' or ')}, as it did before.`;
      if (hypothesis.detectedWithinMs !== undefined)
        return { hypothesis: { ...hypothesis, text, causes: expected }, hold };
      // It lasts until the incident opens.
      return {
        hypothesis: { ...hypothesis, text, causes: expected, detectedWithinMs: DETECTED_WITHIN_MS },
        hold: { until: 'detected', maxMs: DETECTED_WITHIN_MS },
      };
    },
  };
}

/**
 * Exactly as many requests in each step as the file says, at random moments of it. The last steps come first: they are the calm before the
 * fault, as they were the last seconds before the incident.
 */
export function shapeOf(
  { stepMs, routes, steps: recorded }: DrillLoad,
  recordedAt: string,
  seed: number,
): LoadShape {
  const draw = random(seed);
  const calm = recorded.length - (Math.ceil(CALM_MS / stepMs) % recorded.length);
  const steps = [...recorded.slice(calm), ...recorded.slice(0, calm)];
  const arrivals = steps.flatMap((step, i) =>
    step
      .flatMap((count, kind) => Array.from({ length: count }, () => ({ at: (i + draw()) * stepMs, kind })))
      .toSorted((a, b) => a.at - b.at),
  );
  const unknown = new Float64Array(arrivals.length).fill(-1);
  return {
    recordedAt,
    durationMs: steps.length * stepMs,
    routes: routes.map((route) => {
      const space = route.indexOf(' ');
      return { method: route.slice(0, space), route: route.slice(space + 1) };
    }),
    atMs: Float64Array.from(arrivals, ({ at }) => at),
    kinds: Uint16Array.from(arrivals, ({ kind }) => kind),
    bodyBytes: unknown,
    responseBytes: unknown,
    dropped: 0,
  };
}
