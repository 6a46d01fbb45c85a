// Messages that wait for one channel: in order, one at a time, tried again until they are given up. Pure: time and chance are
// arguments, and sending happens elsewhere.
import type { Incident } from '../incident.ts';
import { backoffMs } from './backoff.ts';
import type { NotifyEvent } from './options.ts';

export interface QueueRules {
  readonly events: readonly NotifyEvent[];
  /** A message that failed is given up when its next try would be later than this after it was due first. */
  readonly giveUpAfterMs: number;
  /** How long an opening waits before it is reported: by then the stack may have been taken, and what is over at once is one message. */
  readonly settleMs: number;
  /** Maximum of messages that wait; the oldest makes room. */
  readonly queueLimit: number;
}

/** What is to be sent, and how it went so far. */
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

export interface QueueState {
  /** In the order in which they are sent, one after the other. */
  readonly queue: readonly Message[];
  /** The first of the queue is under way. */
  readonly sending: boolean;
  /** Everything is due now, and nothing is tried twice. */
  readonly closing: boolean;
}

/** Why a try failed. `hopeless`: it will fail the next time too. */
export interface Failure {
  readonly reason: string;
  readonly hopeless: boolean;
  /** The other side asks for this much patience. */
  readonly retryAfterMs: number;
}

/** What there is to do, or to log. */
export type QueueAction =
  | { readonly kind: 'send'; readonly message: Message }
  | { readonly kind: 'gave-up'; readonly message: Message; readonly reason: string }
  | { readonly kind: 'dropped'; readonly message: Message };

/** The message under way has failed: it is tried again later, or given up. */
export function fail<State extends QueueState>(
  state: State,
  { reason, hopeless, retryAfterMs }: Failure,
  nowMs: number,
  random: number,
  { giveUpAfterMs }: QueueRules,
  actions: QueueAction[],
): State {
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
  if (!hopeless && !state.closing && dueAtMs - tried.plannedAtMs <= giveUpAfterMs) {
    return { ...state, queue: [{ ...tried, failures, dueAtMs }, ...others] };
  }
  actions.push({ kind: 'gave-up', message: { ...tried, failures }, reason });
  return { ...state, queue: others };
}

/** Adds a message, unless its event is not wanted. */
export function enqueue<State extends QueueState>(
  state: State,
  event: NotifyEvent,
  incident: Incident,
  count: number,
  nowMs: number,
  rules: QueueRules,
  actions: QueueAction[],
): State {
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
