// Holds what was seen against the hypothesis.
import { seconds } from '../../core/units.ts';
import type { Incident } from '../../supervisor/index.ts';
import type { FiredAlert } from './alerts/rules.ts';
import type { Check, Hypothesis, StopReason } from './contract.ts';

/** What was seen of a drill. */
export interface Seen {
  readonly faultAtMs: number;
  readonly revertedAtMs: number;
  /** When the instance was calm again; undefined when it was not. */
  readonly calmAtMs: number | undefined;
  /** How long the faulty worker waited for a processor until it was detected. Detectors do not count that time, and neither do bounds. */
  readonly waitedMs: number;
  readonly stopped: StopReason | undefined;
  /** Those that have opened since the fault. */
  readonly incidents: readonly Incident[];
  /** Workers that were replaced, other than by a deploy. */
  readonly replaced: number;
  readonly goodput: number | undefined;
  readonly leftBehind: readonly string[];
  readonly alerts: readonly FiredAlert[];
  /** What went wrong in the drill's own task. */
  readonly taskProblem: string | undefined;
}

export interface Judged {
  readonly checks: readonly Check[];
  readonly detectedAfterMs: number | undefined;
  readonly recoveredAfterMs: number | undefined;
}

export function judge(hypothesis: Hypothesis, seen: Seen): Judged {
  const { incidents, faultAtMs } = seen;
  const first = incidents.find((incident) => hypothesis.causes.includes(incident.cause));
  const detectedAfterMs = first === undefined ? undefined : Math.max(0, first.openedAtMs - faultAtMs);
  const recoveredAfterMs = recoveryOf(seen, first !== undefined);
  const checks = [
    ...detected(hypothesis, seen, detectedAfterMs),
    cause(hypothesis, incidents),
    goodput(hypothesis, seen),
    recovery(hypothesis, seen, recoveredAfterMs),
    ...replaced(hypothesis, seen),
    leftBehind(seen),
    woken(seen),
    ...(seen.taskProblem === undefined
      ? []
      : [{ name: 'task', held: false, text: seen.taskProblem } satisfies Check]),
  ];
  return { checks, detectedAfterMs, recoveredAfterMs };
}

/** An incident is over when its replacement came up, which is known only when that has stayed up. */
function recoveryOf(
  { incidents, faultAtMs, revertedAtMs, calmAtMs }: Seen,
  isHealed: boolean,
): number | undefined {
  if (calmAtMs === undefined) return undefined;
  if (!isHealed) return Math.max(0, calmAtMs - revertedAtMs);
  const ends = incidents.map(({ endedAtMs }) => endedAtMs ?? calmAtMs);
  return Math.max(0, Math.max(...ends) - faultAtMs);
}

function detected(
  { detectedWithinMs: bound }: Hypothesis,
  { waitedMs }: Seen,
  afterMs: number | undefined,
): Check[] {
  if (bound === undefined) return [];
  const expected = `expected within ${seconds(bound)}`;
  if (afterMs === undefined) return [{ name: 'detected', held: false, text: `not detected; ${expected}` }];
  const waited =
    waitedMs < 1000 ? '' : `, for ${seconds(waitedMs)} of which the worker waited for a processor`;
  const text = `detected after ${seconds(afterMs)}${waited}; ${expected}`;
  return [{ name: 'detected', held: afterMs - waitedMs <= bound, text }];
}

function cause({ causes, detectedWithinMs }: Hypothesis, incidents: readonly Incident[]): Check {
  const found = [...new Set(incidents.map((incident) => incident.cause))];
  const wrong = found.filter((each) => !causes.includes(each));
  const isMissing = detectedWithinMs !== undefined && found.length === 0;
  const expected = causes.length === 0 ? 'none' : causes.join(' or ');
  return {
    name: 'cause',
    held: wrong.length === 0 && !isMissing,
    text: `incidents: ${found.join(', ') || 'none'}; expected: ${expected}`,
  };
}

function goodput({ goodput: least }: Hypothesis, { goodput: share, stopped }: Seen): Check {
  const stop = stopped === 'goodput-floor' ? '; the drill stopped by itself because goodput was too low' : '';
  return {
    name: 'goodput',
    held: share !== undefined && share >= least && stop === '',
    text: `${share === undefined ? 'no requests' : `${percent(share)} served in time`}; expected at least ${percent(least)}${stop}`,
  };
}

function recovery(
  { recoveredWithinMs: bound }: Hypothesis,
  { stopped, waitedMs }: Seen,
  afterMs: number | undefined,
): Check {
  const expected = `expected within ${seconds(bound)}`;
  if (stopped === 'interrupted') return { name: 'recovery', held: false, text: 'interrupted' };
  if (afterMs === undefined) return { name: 'recovery', held: false, text: `not recovered; ${expected}` };
  return {
    name: 'recovery',
    held: afterMs - waitedMs <= bound,
    text: `recovered after ${seconds(afterMs)}; ${expected}`,
  };
}

function replaced({ replaces }: Hypothesis, { replaced: count }: Seen): Check[] {
  if (replaces) return [];
  return [{ name: 'replaced', held: count === 0, text: `${count} workers were replaced; expected: none` }];
}

function leftBehind({ leftBehind: left }: Seen): Check {
  return {
    name: 'left-behind',
    held: left.length === 0,
    text: left.length === 0 ? 'nothing is left behind' : `left behind: ${left.join('; ')}`,
  };
}

/** Tickets can wait for the morning. */
function woken({ alerts }: Seen): Check {
  const pages = alerts.filter(({ severity }) => severity === 'page');
  const names = [...new Set(pages.map(({ alert }) => alert))];
  return {
    name: 'woken',
    held: pages.length === 0,
    text: `woken: ${names.length === 0 ? 'no one' : `the person on call, by ${names.join(', ')}`}`,
  };
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0.99 && share < 1 ? 1 : 0)} %`;
}
