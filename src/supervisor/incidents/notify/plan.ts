// What is told when, for one place that is told things. Pure: time and chance are arguments, sending is somebody else's.
import type { Incident } from '../incident.ts';
import { backoffMs } from './backoff.ts';
import type { NotifyEvent } from './options.ts';

export interface PlanRules {
  readonly events: readonly NotifyEvent[];
  /** The same cause in the same slot is reported at most once within this time, and in sum at the end. */
  readonly repeatWindowMs: number;
  /** A message that failed is given up when its next try would be later than this after it was due first. */
  readonly giveUpAfterMs: number;
  /** How long an opening waits before it is reported: by then the stack may have been taken, and what is over at once is one message. */
  readonly settleMs: number;
  /** As many messages wait at most; the oldest makes room. */
  readonly queueLimit: number;
}

/** Something to be told, and how it went so far. */
export interface Message {
  readonly event: NotifyEvent;
  /** As it was known when the message was planned, or last changed while it waited. */
  readonly incident: Incident;
  /** Incidents of this cause in this slot that this message stands for. */
  readonly count: number;
  /** Tries that failed. */
  readonly failures: number;
  readonly plannedAtMs: number;
  readonly dueAtMs: number;
}

/** One cause in one slot, since it was last told. */
interface Repeat {
  readonly untilMs: number;
  /** Those since then that nobody was told of. */
  readonly held: number;
  readonly latest: Incident | undefined;
}

export interface PlanState {
  /** Open incidents: the end of an announced one is told, one that is held back counts for its {@link Repeat}. */
  readonly open: ReadonlyMap<string, { readonly place: string; readonly announced: boolean }>;
  readonly repeats: ReadonlyMap<string, Repeat>;
  /** In the order in which they are sent, one after the other. */
  readonly queue: readonly Message[];
  /** The first of the queue is under way. */
  readonly sending: boolean;
  /** Everything is due now, and nothing is tried twice. */
  readonly closing: boolean;
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

/** Why a try failed. `hopeless`: it will fail the next time too. */
export interface Failure {
  readonly reason: string;
  readonly hopeless: boolean;
  /** The other side asks for this much patience. */
  readonly retryAfterMs: number;
}

export type PlanAction =
  | { readonly kind: 'send'; readonly message: Message }
  | { readonly kind: 'gave-up'; readonly message: Message; readonly reason: string }
  | { readonly kind: 'dropped'; readonly message: Message };

export interface Plan {
  readonly state: PlanState;
  readonly actions: readonly PlanAction[];
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
  const actions: PlanAction[] = [];
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
  actions: PlanAction[],
): PlanState {
  const { queue } = state;
  switch (event.kind) {
    case 'incident': {
      const { incident } = event;
      const known = state.open.get(incident.id);
      if (known === undefined) {
        // Of one that is over all was told that is to be told.
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
  actions: PlanAction[],
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
  actions: PlanAction[],
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
  // Nobody has heard of its opening yet: one message tells both.
  const event = tells ? (incident.outcome ?? 'recovered') : waiting.event;
  const plannedAtMs = tells ? nowMs : waiting.plannedAtMs;
  return { ...state, open, queue: state.queue.with(at, { ...waiting, incident, event, plannedAtMs }) };
}

function fail(
  state: PlanState,
  { reason, hopeless, retryAfterMs }: Failure,
  nowMs: number,
  random: number,
  rules: PlanRules,
  actions: PlanAction[],
): PlanState {
  const [tried, ...others] = state.queue;
  if (tried === undefined) return state;
  const failures = tried.failures + 1;
  const dueAtMs = nowMs + Math.max(backoffMs(failures, random), retryAfterMs);
  // It may have come to its end while its opening was under way.
  const end = others.findIndex(({ incident }) => incident.id === tried.incident.id);
  const ended = others[end];
  if (ended !== undefined) {
    const merged = { ...ended, count: tried.count, failures, dueAtMs };
    if (!state.closing && !hopeless) return { ...state, queue: [merged, ...others.toSpliced(end, 1)] };
  }
  if (!hopeless && !state.closing && dueAtMs - tried.plannedAtMs <= rules.giveUpAfterMs) {
    return { ...state, queue: [{ ...tried, failures, dueAtMs }, ...others] };
  }
  actions.push({ kind: 'gave-up', message: { ...tried, failures }, reason });
  return { ...state, queue: others };
}

/** Tells in one message each what was held back in windows that are over. */
function endRepeats(before: PlanState, nowMs: number, rules: PlanRules, actions: PlanAction[]): PlanState {
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
  actions: PlanAction[],
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

function enqueue(
  state: PlanState,
  event: NotifyEvent,
  incident: Incident,
  count: number,
  nowMs: number,
  rules: PlanRules,
  actions: PlanAction[],
): PlanState {
  if (!rules.events.includes(event)) return state;
  const dueAtMs = event === 'opened' ? nowMs + rules.settleMs : nowMs;
  const message: Message = { event, incident, count, failures: 0, plannedAtMs: nowMs, dueAtMs };
  if (state.queue.length < rules.queueLimit) return { ...state, queue: [...state.queue, message] };
  // What is under way can't be taken back.
  const oldest = state.sending ? 1 : 0;
  const dropped = state.queue[oldest];
  if (dropped === undefined) {
    actions.push({ kind: 'dropped', message });
    return state;
  }
  actions.push({ kind: 'dropped', message: dropped });
  return { ...state, queue: [...state.queue.toSpliced(oldest, 1), message] };
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
