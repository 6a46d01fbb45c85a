import type { Channel } from '../channel.ts';
import { publishDrop } from '../events.ts';
import { processLedger } from '../ledger.ts';
import type { Chunk } from '../write-queue.ts';
import { Backlog } from './backlog.ts';

/** Options of one broadcast. */
export interface BroadcastOptions {
  /** What the message is about: for channels that coalesce, it replaces a waiting one with the same key. Default none. */
  readonly key?: string | undefined;
}

/** Of the channels that are, or have been, behind. */
const backlogs = new WeakMap<Channel, Backlog>();

/**
 * Writes the same bytes, or text, to many channels. What becomes of it for those that are behind is their `overflow` option,
 * so one slow peer costs the others nothing. The bytes must not be changed afterwards.
 *
 * @returns Resolves once every channel with the policy `pause` is writable again or closed; at once when none is behind.
 */
export async function broadcast(
  channels: Iterable<Channel>,
  data: Uint8Array | string,
  { key }: BroadcastOptions = {},
): Promise<void> {
  const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.length;
  let behind: Promise<boolean>[] | undefined;
  for (const channel of channels) {
    if (channel.isClosed) continue;
    if (channel.overflow.policy === 'pause') {
      if (!channel.write(data) && !channel.isClosed) (behind ??= []).push(caughtUp(channel));
    } else if (isBehind(channel)) overflow(channel, data, bytes, key);
    else channel.write(data);
  }
  if (behind !== undefined) await Promise.all(behind);
}

function isBehind(channel: Channel): boolean {
  return !channel.isWritable() || backlogs.get(channel)?.isEmpty === false;
}

function overflow(channel: Channel, data: Chunk, bytes: number, key: string | undefined): void {
  const { policy } = channel.overflow;
  if (policy === 'disconnect') {
    channel.evict('overflow');
    return;
  }
  const dropped = backlogOf(channel).push(data, bytes, policy === 'coalesce' ? key : undefined);
  if (dropped.messages === 0) return;
  processLedger().dropped(dropped.messages);
  publishDrop(channel, dropped.messages, dropped.bytes);
}

function backlogOf(channel: Channel): Backlog {
  const known = backlogs.get(channel);
  if (known !== undefined) return known;
  const backlog = new Backlog(channel.overflow.maxBytes);
  backlogs.set(channel, backlog);
  channel.onWritabilityChanged(() => {
    while (channel.isWritable()) {
      const data = backlog.shift();
      if (data === undefined) return;
      channel.write(data);
    }
  });
  return backlog;
}

/** Resolves when the channel is writable again, or closed; without taking the place of a producer that waits. */
function caughtUp(channel: Channel): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const off = channel.onWritabilityChanged((isWritable) => {
    off();
    resolve(isWritable);
  });
  return promise;
}
