import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { type Declaration, object, resolve, type Rule } from '../../core/options.ts';
import { integer } from '../../core/rules.ts';
import { broadcast, type BroadcastOptions } from '../broadcast/index.ts';
import type { Channel } from '../channel.ts';
import { HIGH_WATER_MARK_BYTES } from '../options.ts';
import {
  EVENT_STREAM,
  type EventStream,
  type EventStreamOptions,
  openEventStream,
  resolveEventStreamOptions,
  type ResolvedEventStreamOptions,
} from './event-stream.ts';
import { eventText, type ServerSentEvent } from './event-text.ts';
import { History } from './history.ts';

/** Options of a feed. */
export interface EventFeedOptions extends EventStreamOptions {
  /** Bytes of past events that are kept for clients that come back. Default 262144 (256 KiB); 0 for none. */
  readonly historyBytes?: number | undefined;
}

/** A client of a feed. */
export interface FeedStream extends EventStream {
  /**
   * Whether events after the client's `Last-Event-ID` are not known any more: they are too old, or were sent by another process. The client
   * has to load its state anew.
   */
  readonly hasMissedEvents: boolean;
}

/** Server-sent events to many clients, of which those that come back get what they have missed. */
export interface EventFeed {
  /** Streams that are open now. */
  readonly subscribers: number;
  /** Answers a request with the events of the feed, from the client's `Last-Event-ID` on. */
  subscribe(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): FeedStream;
  /**
   * Sends an event to all subscribers; without an `id` it gets one.
   *
   * @returns As `broadcast`.
   */
  publish(event: ServerSentEvent, options?: BroadcastOptions): Promise<void>;
  /** Ends all streams after what is pending. */
  close(): void;
}

interface ResolvedEventFeedOptions extends ResolvedEventStreamOptions {
  readonly historyBytes: number;
}

const EVENT_FEED: Declaration<ResolvedEventFeedOptions> = Object.freeze({
  heartbeatMs: { rule: EVENT_STREAM.heartbeatMs.rule, byDefault: EVENT_STREAM.heartbeatMs.byDefault },
  channel: { rule: EVENT_STREAM.channel.rule, byDefault: {} },
  historyBytes: { rule: integer(0), byDefault: 256 * 1024 },
});

const eventFeed: Rule<EventFeedOptions, ResolvedEventFeedOptions> = object(EVENT_FEED);

/**
 * Creates a feed of server-sent events. A client that is too slow is disconnected (`channel.overflow`), comes back by itself, and goes on
 * where it was.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` for a bad option.
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createEventFeed } from 'respite/backpressure';
 *
 * const feed = createEventFeed();
 * createServer((request, response) => feed.subscribe(request, response)).listen(3000);
 * setInterval(() => void feed.publish({ data: new Date().toISOString() }), 1000);
 * ```
 */
export function createEventFeed(options: EventFeedOptions = {}): EventFeed {
  // The channel's options are checked when its marks are known.
  const { historyBytes } = resolve(eventFeed, { ...options, channel: undefined }, ['eventFeed']);
  return new Feed(historyBytes, options);
}

class Feed implements EventFeed {
  readonly #channels = new Set<Channel>();
  readonly #history: History;
  readonly #options: EventStreamOptions;
  /** Ids of another process, or of this one before a restart, must not be taken for ours. */
  readonly #prefix = randomUUID().slice(0, 8);
  #published = 0;

  constructor(historyBytes: number, { heartbeatMs, channel: given }: EventStreamOptions) {
    this.#history = new History(historyBytes);
    // A client that comes back is sent all of the history at once, and is not behind because of it.
    const highWaterMarkBytes = Math.max(HIGH_WATER_MARK_BYTES, 2 * historyBytes);
    const channel = { highWaterMarkBytes, ...given };
    this.#options = resolveEventStreamOptions('eventFeed', { heartbeatMs, channel });
  }

  get subscribers(): number {
    return this.#channels.size;
  }

  subscribe(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): FeedStream {
    const stream = openEventStream(request, response, this.#options);
    const { channel, lastEventId } = stream;
    const missed = lastEventId === undefined ? [] : this.#history.after(lastEventId);
    if (channel.state === 'open') {
      for (const text of missed ?? []) channel.write(text);
      this.#channels.add(channel);
      void channel.closed.then(() => this.#channels.delete(channel));
    }
    return { ...stream, hasMissedEvents: missed === undefined };
  }

  publish(event: ServerSentEvent, options: BroadcastOptions = {}): Promise<void> {
    this.#published += 1;
    const { id = `${this.#prefix}-${this.#published}` } = event;
    const text = eventText({ ...event, id });
    this.#history.add(id, text);
    return broadcast(this.#channels, Buffer.from(text), options);
  }

  close(): void {
    for (const channel of this.#channels) channel.end();
  }
}
