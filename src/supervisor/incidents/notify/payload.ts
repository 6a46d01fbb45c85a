import { hostname } from 'node:os';
import type { Incident } from '../incident.ts';
import type { NotifyEvent } from './options.ts';
import type { Message } from './queue.ts';

/** Raised when a field changes its meaning or goes away; fields may be added. */
const SCHEMA = 1;

/** Frames of the stack and steps that travel along: those are what is read, and a message stays small. */
const MOST_FRAMES = 20;
const MOST_STEPS = 50;

/** Which `respite run` speaks. */
export interface Sender {
  /** The file name of the script that it runs. */
  readonly script: string;
  readonly host: string;
  readonly pid: number;
}

/** The JSON that a webhook and a command get. */
export interface Payload {
  readonly schema: typeof SCHEMA;
  /** The same in every try of the same message. */
  readonly id: string;
  /** `test`: nothing has happened, a user tries out the settings. */
  readonly event: NotifyEvent | 'test';
  /** The message as a sentence. */
  readonly text: string;
  /** Incidents of this cause in this slot since the last message; more than 1 when some were held back. */
  readonly count: number;
  readonly sender: Sender;
  readonly incident: Incident;
}

export function sender(script: string): Sender {
  return { script, host: hostname(), pid: process.pid };
}

export function payload({ event, incident, count }: Message, from: Sender): Payload {
  const { stack, steps } = incident;
  return {
    schema: SCHEMA,
    id: `${incident.id}.${event}`,
    event,
    text: sentence(event, incident, count, from),
    count,
    sender: from,
    incident: { ...incident, steps: steps.slice(-MOST_STEPS), stack: stack?.slice(0, MOST_FRAMES) },
  };
}

/** For trying out the settings. */
export function testPayload(from: Sender, nowMs: number): Payload {
  const summary = 'a test of the notifications: nothing is wrong';
  return {
    schema: SCHEMA,
    id: `test.${nowMs}.${from.pid}`,
    event: 'test',
    text: `${summary} (${from.script} on ${from.host})`,
    count: 1,
    sender: from,
    incident: {
      id: `${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}-test-0`,
      cause: 'unknown',
      summary,
      worker: { id: 0, slot: 0, pid: from.pid },
      openedAtMs: nowMs,
      endedAtMs: nowMs,
      outcome: 'recovered',
      steps: [{ atMs: nowMs, what: summary }],
      facts: [],
      report: undefined,
      stack: undefined,
    },
  };
}

function sentence(
  event: NotifyEvent,
  { cause, summary, openedAtMs, endedAtMs, steps }: Incident,
  count: number,
  { script, host }: Sender,
): string {
  const where = `${script} on ${host}`;
  const times = count === 1 ? '' : ` (${count} times)`;
  if (event === 'opened' || endedAtMs === undefined) return `${where}: ${cause}${times}: ${summary}`;
  const after = `after ${((endedAtMs - openedAtMs) / 1000).toFixed(1)} s`;
  if (event === 'recovered') return `${where}: recovered ${after} from ${cause}${times}: ${summary}`;
  return `${where}: NOT recovered from ${cause}${times}, ${steps.at(-1)?.what ?? 'given up'} ${after}: ${summary}`;
}
