import { refuse, resolve } from '../../core/options.ts';
import { milliseconds } from '../../core/rules.ts';

/** An event of `text/event-stream` (HTML, "Server-sent events"). */
export interface ServerSentEvent {
  /** May have several lines. */
  readonly data: string;
  /** Type of the event. Default `message`. */
  readonly event?: string | undefined;
  /** What the client sends as `Last-Event-ID` when it comes back. */
  readonly id?: string | undefined;
  /** How long the client waits before it comes back, in milliseconds. */
  readonly retryMs?: number | undefined;
}

const RETRY_MS = milliseconds(0);

const LINE_BREAK = /\r\n|\r|\n/;

/** Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` for a type or id that would end its line: it may come from a client. */
export function eventText({ data, event, id, retryMs }: ServerSentEvent): string {
  let text = '';
  if (event !== undefined) text += `event: ${oneLine('event', event)}\n`;
  if (id !== undefined) text += `id: ${oneLine('id', id)}\n`;
  if (retryMs !== undefined) text += `retry: ${resolve(RETRY_MS, retryMs, ['event', 'retryMs'])}\n`;
  for (const line of data.split(LINE_BREAK)) text += `data: ${line}\n`;
  return `${text}\n`;
}

/** What clients ignore. */
export function commentText(comment: string): string {
  const lines = comment.split(LINE_BREAK).map((line) => `: ${line}\n`);
  return `${lines.join('')}\n`;
}

function oneLine(name: string, value: string): string {
  // Clients drop an id with a NUL.
  if (typeof value !== 'string' || LINE_BREAK.test(value) || value.includes('\0')) {
    refuse(['event', name], 'a text of one line', value);
  }
  return value;
}
