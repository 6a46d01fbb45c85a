// Which incidents one channel hears of, and when: repetitions are held back and counted. Pure: time and chance are arguments.
import type { Incident } from '../incident.ts';
import { enqueue, fail, type Failure, type QueueAction, type QueueRules, type QueueState } from './queue.ts';

export interface PlanRules extends QueueRules {
  /** The same cause in the same slot is reported at most once within this time, and in sum at the end. */
  readonly repeatWindowMs: number;
}

/** One cause in one slot, since it was last reported. */
interface Repeat {
  readonly untilMs: number;
  /** Those since then that were not reported. */
  readonly held: number;
  readonly latest: Incident | undefined;
}

export interface PlanState extends QueueState {
  /** Open incidents: the end of an announced one is reported, one that is held back counts for its {@link Repeat}. */
  readonly open: ReadonlyMap<string, { readonly place: string; readonly announced: boolean }>;
  readonly repeats: ReadonlyMap<string, Repeat>;
}

export const NOTHING_PLANNED: PlanState = Object.freeze({
  open: new Map(),
  repeats: new Map(),
  queue: [],
  sending: false,
  closing: false,
});

export type PlanEvent =
  | { readonly kind: 'incident'; readonly incident: Incident }
  | { readonly kind: 'time' }
  | { readonly kind: 'closing' }
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface Plan {
  readonly state: PlanState;
  readonly actions: readonly QueueAction[];
  /** When to come back with `time`; undefined when nothing waits for its time. */
  readonly wakeAtMs: number | undefined;
}

/** @param random From 0 to 1. */
export function plan(
  before: PlanState,
  event: PlanEvent,
  nowMs: number,
  random: number,
  rules: PlanRules,
): Plan {
  const actions: QueueAction[] = [];
  const changed = react(before, event, nowMs, random, rules, actions);
  const state = endRepeats(changed, nowMs, rules, actions);
  const [first] = state.queue;
  if (first === undefined || state.sending || (first.dueAtMs > nowMs && !state.closing)) {
    return { state, actions, wakeAtMs: nextTime(state) };
  }
  actions.push({ kind: 'send', message: first });
  const sending: PlanState = { ...state, sending: true };
  return { state: sending, actions, wakeAtMs: nextTime(sending) };
}

function react(
  state: PlanState,
  event: PlanEvent,
  nowMs: number,
  random: number,
  rules: PlanRules,
  actions: QueueAction[],
): PlanState {
  const { queue } = state;
  switch (event.kind) {
    case 'incident': {
      const { incident } = event;
      const known = state.open.get(incident.id);
      if (known === undefined) {
        // One that is over was reported as far as it is wanted.
        return incident.endedAtMs === undefined ? begin(state, incident, nowMs, rules, actions) : state;
      }
      return goOn(state, incident, known, nowMs, rules, actions);
    }
    case 'delivered':
      return { ...state, queue: queue.slice(1), sending: false };
    case 'failed':
      return fail({ ...state, sending: false }, event.failure, nowMs, random, rules, actions);
    case 'closing':
      return { ...state, closing: true };
    case 'time':
      return state;
    default:
      return event satisfies never;
  }
}

/** An incident that was not known. */
function begin(
  state: PlanState,
  incident: Incident,
  nowMs: number,
  rules: PlanRules,
  actions: QueueAction[],
): PlanState {
  const place = `${incident.cause} ${incident.worker.slot}`;
  const repeat = state.repeats.get(place);
  if (repeat !== undefined && nowMs < repeat.untilMs) {
    const held = { ...repeat, held: repeat.held + 1, latest: incident };
    return {
      ...state,
      open: put(state.open, incident.id, { place, announced: false }),
      repeats: put(state.repeats, place, held),
    };
  }
  const announced: PlanState = {
    ...state,
    open: put(state.open, incident.id, { place, announced: true }),
    repeats: put(state.repeats, place, fresh(nowMs, rules)),
  };
  return enqueue(announced, 'opened', incident, 1, nowMs, rules, actions);
}

/** More is known of an incident, or it is over. */
function goOn(
  state: PlanState,
  incident: Incident,
  { place, announced }: { readonly place: string; readonly announced: boolean },
  nowMs: number,
  rules: PlanRules,
  actions: QueueAction[],
): PlanState {
  const isOver = incident.endedAtMs !== undefined;
  const open = isOver ? without(state.open, incident.id) : state.open;
  if (!announced) {
    const repeat = state.repeats.get(place);
    if (repeat?.latest?.id !== incident.id) return { ...state, open };
    return { ...state, open, repeats: put(state.repeats, place, { ...repeat, latest: incident }) };
  }
  const at = state.queue.findIndex((message) => message.incident.id === incident.id);
  const waiting = state.queue[at];
  const tells = isOver && rules.events.includes(incident.outcome ?? 'recovered');
  if (waiting === undefined || (at === 0 && state.sending)) {
    return isOver
      ? enqueue({ ...state, open }, incident.outcome ?? 'recovered', incident, 1, nowMs, rules, actions)
      : state;
  }
  // Its opening was not sent yet: one message tells both.
  const event = tells ? (incident.outcome ?? 'recovered') : waiting.event;
  const plannedAtMs = tells ? nowMs : waiting.plannedAtMs;
  return { ...state, open, queue: state.queue.with(at, { ...waiting, incident, event, plannedAtMs }) };
}

/** Tells in one message each what was held back in windows that are over. */
function endRepeats(before: PlanState, nowMs: number, rules: PlanRules, actions: QueueAction[]): PlanState {
  let state = before;
  for (const [place, repeat] of before.repeats) {
    if (nowMs >= repeat.untilMs || before.closing)
      state = endRepeat(state, place, repeat, nowMs, rules, actions);
  }
  return state;
}

function endRepeat(
  state: PlanState,
  place: string,
  { held, latest }: Repeat,
  nowMs: number,
  rules: PlanRules,
  actions: QueueAction[],
): PlanState {
  if (latest === undefined) return { ...state, repeats: without(state.repeats, place) };
  const repeats = put(state.repeats, place, fresh(nowMs, rules));
  if (latest.endedAtMs === undefined) {
    const open = put(state.open, latest.id, { place, announced: true });
    return enqueue({ ...state, open, repeats }, 'opened', latest, held, nowMs, rules, actions);
  }
  const outcome = latest.outcome ?? 'recovered';
  const event = rules.events.includes(outcome) ? outcome : 'opened';
  return enqueue({ ...state, repeats }, event, latest, held, nowMs, rules, actions);
}

function nextTime({ queue: [first], sending, repeats }: PlanState): number | undefined {
  const times = [...repeats.values()].flatMap(({ held, untilMs }) => (held === 0 ? [] : [untilMs]));
  if (first !== undefined && !sending) times.push(first.dueAtMs);
  return times.length === 0 ? undefined : Math.min(...times);
}

function fresh(nowMs: number, { repeatWindowMs }: PlanRules): Repeat {
  return { untilMs: nowMs + repeatWindowMs, held: 0, latest: undefined };
}

function put<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
