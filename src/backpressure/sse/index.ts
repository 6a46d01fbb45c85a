export { createEventFeed, type EventFeed, type EventFeedOptions, type FeedStream } from './event-feed.ts';
export { type EventStream, type EventStreamOptions, openEventStream } from './event-stream.ts';
export type { ServerSentEvent } from './event-text.ts';
