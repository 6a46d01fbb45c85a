import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { type Declaration, object, resolve, type Rule } from '../../core/options.ts';
import { milliseconds } from '../../core/rules.ts';
import type { Channel } from '../channel.ts';
import { createChannel } from '../create-channel.ts';
import { type ChannelOptions, channel as channelRule } from '../options.ts';
import { commentText, eventText, type ServerSentEvent } from './event-text.ts';

/** Options of an event stream. */
export interface EventStreamOptions {
  /** How often a comment is sent while nothing else waits, in milliseconds, so that proxies keep the connection. Default 15000. */
  readonly heartbeatMs?: number | undefined;
  /** Options of its channel. */
  readonly channel?: ChannelOptions | undefined;
}

/** Server-sent events to one client. */
export interface EventStream {
  /** The channel that the events are written to: its state, its pending bytes, `closed`. */
  readonly channel: Channel;
  /** The id of the last event that the client has got of an earlier connection; undefined when there was none. */
  readonly lastEventId: string | undefined;
  /** @returns Whether more should be sent, as of `channel.write`. */
  send(event: ServerSentEvent): boolean;
  /** Sends what clients ignore. */
  comment(text: string): boolean;
  /** Ends the response after what is pending. The client connects again by itself, unless your code tells it not to. */
  close(): void;
}

const DEFAULT_HEARTBEAT_MS = 15_000;

/** {@link EventStreamOptions} with every default filled in. */
export interface ResolvedEventStreamOptions {
  readonly heartbeatMs: number;
  /** Checked, and not complete: what writes to it may want other defaults. */
  readonly channel: ChannelOptions;
}

export const EVENT_STREAM: Declaration<ResolvedEventStreamOptions> = Object.freeze({
  heartbeatMs: { rule: milliseconds(1), byDefault: DEFAULT_HEARTBEAT_MS },
  // Before anything is answered.
  channel: { rule: { ...channelRule, complete: (given: ChannelOptions) => given }, byDefault: {} },
});

const eventStream: Rule<EventStreamOptions, ResolvedEventStreamOptions> = object(EVENT_STREAM);

/** `no-transform` also keeps `compression` from holding events back; the last is for nginx. */
const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

/**
 * Answers a request with server-sent events. The stream closes by itself when the client leaves.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` for a bad option.
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { openEventStream } from 'respite/backpressure';
 *
 * createServer(async (request, response) => {
 *   const stream = openEventStream(request, response);
 *   for await (const row of rows()) stream.send({ event: 'row', data: JSON.stringify(row) });
 *   stream.close();
 * }).listen(3000);
 * ```
 */
export function openEventStream(
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  options: EventStreamOptions = {},
): EventStream {
  const { heartbeatMs, channel: channelOptions } = resolveEventStreamOptions('eventStream', options);
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  response.statusCode = 200;
  if ('flushHeaders' in response) response.flushHeaders();
  const channel = createChannel(response, channelOptions);
  if (request.method === 'HEAD') channel.end();
  const stream: EventStream = {
    channel,
    lastEventId: lastEventIdOf(request),
    send: (event) => channel.write(eventText(event)),
    comment: (text) => channel.write(commentText(text)),
    close: () => channel.end(),
  };
  beat(channel, heartbeatMs);
  return stream;
}

/** Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveEventStreamOptions(
  option: string,
  options: EventStreamOptions,
): ResolvedEventStreamOptions {
  return resolve(eventStream, options, [option]);
}

function lastEventIdOf({ headers }: IncomingMessage | Http2ServerRequest): string | undefined {
  const value = headers['last-event-id'];
  if (typeof value !== 'string' || value === '') return undefined;
  // Browsers send it in UTF-8, and Node.js reads fields as Latin-1.
  const text = Buffer.from(value, 'latin1');
  return isUtf8(text) ? text.toString('utf8') : value;
}

function beat(channel: Channel, heartbeatMs: number): void {
  if (channel.state !== 'open') return;
  const heartbeat = commentText('');
  const timer = setInterval(() => {
    // A client that has not taken the last one needs no other.
    if (channel.state === 'open' && channel.pendingBytes === 0) channel.write(heartbeat);
  }, heartbeatMs).unref();
  void channel.closed.then(() => clearInterval(timer));
}
