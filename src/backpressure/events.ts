import diagnostics from 'node:diagnostics_channel';
import type { Channel } from './channel.ts';
import { notifySoon } from './user-code.ts';

/** Why a peer was evicted; `evict(reason)` may give others. */
export type EvictionReason =
  | 'hard-limit'
  | 'slow-peer'
  | 'budget'
  | 'overflow'
  | 'source-failed'
  | (string & {});

/** Message of `respite:backpressure:writability`: a channel became writable, or is not any more. */
export interface WritabilityEvent {
  /** The channel that has changed. */
  readonly channel: Channel;
  /** Whether more should be written to it now. */
  readonly isWritable: boolean;
  /** Bytes written that the socket has not handed to the kernel. */
  readonly pendingBytes: number;
}

/** Message of `respite:backpressure:evict`: a peer was disconnected, and what waited for it dropped. */
export interface EvictEvent {
  /** Undefined for a connection that `guardServer` watches. */
  readonly channel: Channel | undefined;
  /** Why the peer was disconnected. */
  readonly reason: EvictionReason;
  /** What was dropped. */
  readonly pendingBytes: number;
}

/** Message of `respite:backpressure:drop`: broadcasts that a peer will never get, because it was behind. */
export interface DropEvent {
  /** The channel whose peer was behind. */
  readonly channel: Channel;
  /** Broadcasts that were dropped. */
  readonly messages: number;
  /** Their bytes. */
  readonly bytes: number;
}

const writability = diagnostics.channel('respite:backpressure:writability');
const evict = diagnostics.channel('respite:backpressure:evict');
const drop = diagnostics.channel('respite:backpressure:drop');

export function publishWritability(channel: Channel, isWritable: boolean): void {
  if (!writability.hasSubscribers) return;
  publishSoon(writability, {
    channel,
    isWritable,
    pendingBytes: channel.pendingBytes,
  } satisfies WritabilityEvent);
}

export function publishEvict(
  channel: Channel | undefined,
  reason: EvictionReason,
  pendingBytes: number,
): void {
  if (!evict.hasSubscribers) return;
  publishSoon(evict, { channel, reason, pendingBytes } satisfies EvictEvent);
}

export function publishDrop(channel: Channel, messages: number, bytes: number): void {
  if (!drop.hasSubscribers) return;
  publishSoon(drop, { channel, messages, bytes } satisfies DropEvent);
}

/** Subscribers are user code. */
function publishSoon(to: diagnostics.Channel, event: object): void {
  notifySoon({ deliver: () => to.publish(event) });
}
