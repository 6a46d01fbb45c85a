// Makes a drill file of an incident.
import type { LoadBefore, StoredIncident } from '../../../supervisor/index.ts';
import {
  DRILL_FORMAT,
  DRILL_VERSION,
  type DrillFile,
  type DrillLoad,
  MAX_DRILL_REQUESTS,
} from './contract.ts';

type Evidence = Pick<StoredIncident, 'id' | 'cause' | 'facts' | 'openedAtMs' | 'report'>;

/** The drill whose fault leads to the cause of an incident, or why there is none. */
export type Replay = { readonly drill: string } | { readonly reason: string };

/** Incidents of workers that died within this time of each other have one origin, in ms. */
const TOGETHER_MS = 2000;

/** How long a fault has lasted when its incident opens, in ms: what was served by then is not the load before it. */
const LASTED_MS: Partial<Record<StoredIncident['cause'], number>> = {
  'event-loop-blocked': 8000,
  'stuck-requests': 30_000,
  'gc-death-spiral': 15_000,
  'cpu-starved': 10_000,
};

/** Steps that a load has at least; a fault that began before then has to be part of it. */
const MIN_STEPS = 5;

/** @param others Other incidents of the instance. */
export function replayOf(incident: Evidence, others: readonly Evidence[]): Replay {
  const { cause, facts, report } = incident;
  switch (cause) {
    case 'event-loop-blocked':
      return { drill: 'blocked-loop' };
    case 'gc-death-spiral':
      return { drill: 'heap-leak' };
    case 'memory-leak':
      return { drill: (report?.externalBytes ?? 0) > (report?.liveBytes ?? 0) ? 'buffer-leak' : 'heap-leak' };
    case 'stuck-requests':
      return { drill: 'exhausted-pool' };
    case 'descriptors-exhausted':
      return { drill: 'descriptor-leak' };
    case 'disk-full':
      return { drill: 'full-disk' };
    case 'cpu-starved':
      return { drill: 'starved-cpu' };
    case 'dependency-down':
      return { drill: 'gone-dependency' };
    case 'dependency-slow':
      return { drill: 'slow-dependency' };
    case 'deploy-failed':
      return { drill: 'bad-deploy' };
    case 'crash':
      return { drill: facts.some((fact) => fact.startsWith('process.exit() was called')) ? 'exit' : 'crash' };
    case 'unknown':
      return unknown(incident, others);
    case 'overload':
      return {
        reason:
          'it is about traffic, and there is no fault to inject: `respite shape record` and `respite load --like` replay traffic',
      };
    case 'server-closed':
      return { reason: 'no drill closes a server: only its own code does that' };
    case 'killed-by-kernel':
      return {
        reason:
          'the kernel decides whom it kills when memory runs out: a drill that makes it run out could end other programs',
      };
    case 'start-failed':
      return { reason: 'the version that did not start is not the one that runs now' };
    default:
      return cause satisfies never;
  }
}

function unknown({ id, facts, openedAtMs }: Evidence, others: readonly Evidence[]): Replay {
  if (!facts.some((fact) => fact.includes('SIGKILL')))
    return { reason: 'its cause is unknown, so there is no fault that stands for it' };
  const isOneOfMany = others.some(
    (other) =>
      other.id !== id && other.cause === 'unknown' && Math.abs(other.openedAtMs - openedAtMs) <= TOGETHER_MS,
  );
  return { drill: isOneOfMany ? 'all-workers-dead' : 'kill' };
}

/** @param drill That {@link replayOf} names. @param load Undefined where the evidence has none. */
export function drillFileOf(incident: Evidence, drill: string, load: LoadBefore | undefined): DrillFile {
  const { id, cause, openedAtMs } = incident;
  return {
    format: DRILL_FORMAT,
    version: DRILL_VERSION,
    name: `replay-${drill}`,
    drill,
    causes: [cause],
    load: load && loadBefore(load, openedAtMs - (LASTED_MS[cause] ?? 0)),
    incident: { id, openedAt: new Date(openedAtMs).toISOString() },
  };
}

/** @returns Undefined when no request came. */
function loadBefore(
  { endedAtMs, stepMs, routes, steps }: LoadBefore,
  untilMs: number,
): DrillLoad | undefined {
  const since = Math.max(0, Math.ceil((endedAtMs - untilMs) / stepMs));
  const whole = steps.slice(0, Math.max(MIN_STEPS, steps.length - since));
  // An instance that has just started had nothing to do at first, and then part of a step.
  const first = whole.findIndex((step) => step.some((count) => count > 0));
  if (first === -1) return undefined;
  const kept = withinLimit(whole.slice(whole.length - first > MIN_STEPS ? first + 1 : first));
  const used = routes.map((_, kind) => kept.some((step) => (step[kind] ?? 0) > 0));
  return {
    stepMs,
    routes: routes.filter((_, kind) => used[kind]),
    steps: kept.map((step) => used.flatMap((isUsed, kind) => (isUsed ? [step[kind] ?? 0] : []))),
  };
}

/** The last steps that are no more than a drill file may have. */
function withinLimit(steps: DrillLoad['steps']): DrillLoad['steps'] {
  let requests = 0;
  const tooMuch = steps.findLastIndex((step) => {
    requests += step.reduce((sum, count) => sum + count, 0);
    return requests > MAX_DRILL_REQUESTS;
  });
  return steps.slice(tooMuch + 1);
}
