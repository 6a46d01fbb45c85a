export {
  broadcast,
  type BroadcastOptions,
  type OverflowOptions,
  type OverflowPolicy,
} from './broadcast/index.ts';
export {
  createWriteBudget,
  type EvictFirst,
  type WriteBudget,
  type WriteBudgetOptions,
  type WriteBudgetStats,
} from './budget/index.ts';
export type { Channel, ChannelEnd, ChannelState, CloseReason } from './channel.ts';
export { createChannel } from './create-channel.ts';
export type { DropEvent, EvictEvent, EvictionReason, WritabilityEvent } from './events.ts';
export { type BackpressureOptions, guardServer, type GuardOptions, type ServerGuard } from './guard/index.ts';
export { boundKernelBuffers, type KernelBufferOptions, type KernelBuffers } from './kernel/index.ts';
export type { WebSocketLike } from './message-transport.ts';
export type { ChannelOptions } from './options.ts';
export { pipe, type PipeOptions, type Source } from './pipe.ts';
export type { SlowPeerOptions } from './slow-peer/index.ts';
export { createRateLimit, type RateLimit, type RateLimitOptions } from './rate-limit.ts';
export type { WritabilityListener } from './life.ts';
export { toWritable, toWritableStream } from './streams/index.ts';
export {
  createEventFeed,
  type EventFeed,
  type EventFeedOptions,
  type EventStream,
  type EventStreamOptions,
  type FeedStream,
  openEventStream,
  type ServerSentEvent,
} from './sse/index.ts';
