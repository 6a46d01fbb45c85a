import { RespiteError } from '../../core/errors.ts';
import { BoundedChannel } from '../bounded-channel.ts';
import type { Channel } from '../channel.ts';
import type { Chunk } from '../chunks.ts';
import { WaitingBroadcasts } from './waiting-broadcasts.ts';

/** Options of one broadcast. */
export interface BroadcastOptions {
  /** What the message is about: for channels that coalesce, it replaces a waiting one with the same key. Default none. */
  readonly key?: string | undefined;
}

/**
 * Writes the same bytes, or text, to many channels. What becomes of it for those that are behind is their `overflow` option,
 * so one slow peer costs the others nothing. Ending and closed channels are left out. The bytes must not be changed afterwards.
 *
 * @returns Resolves once every channel with the policy `pause` is writable again or closed; at once when none is behind.
 * @example
 * ```ts
 * import { broadcast, type Channel, createChannel } from 'respite/backpressure';
 *
 * const channels = new Set<Channel>();
 * webSockets.on('connection', (socket) => {
 *   const channel = createChannel(socket, { overflow: { policy: 'coalesce' } });
 *   channels.add(channel);
 *   void channel.closed.then(() => channels.delete(channel));
 * });
 * prices.on('change', async (price) => {
 *   await broadcast(channels, JSON.stringify(price), { key: price.symbol });
 * });
 * ```
 */
export async function broadcast(
  channels: Iterable<Channel>,
  data: Uint8Array | string,
  { key }: BroadcastOptions = {},
): Promise<void> {
  const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.length;
  let behind: Promise<boolean>[] | undefined;
  for (const channel of channels) {
    if (!(channel instanceof BoundedChannel)) {
      throw new RespiteError('RESPITE_OPTIONS_INVALID', 'broadcast() takes channels of createChannel() only');
    }
    if (channel.state !== 'open') continue;
    if (channel.overflow.policy === 'pause') {
      if (!channel.write(data) && !channel.isClosed) (behind ??= []).push(caughtUp(channel));
    } else if (!channel.isWritable() || channel.broadcasts?.isEmpty === false)
      overflow(channel, data, bytes, key);
    else channel.write(data);
  }
  if (behind !== undefined) await Promise.all(behind);
}

function overflow(channel: BoundedChannel, data: Chunk, bytes: number, key: string | undefined): void {
  const { policy } = channel.overflow;
  if (policy === 'disconnect') {
    channel.evict('overflow');
    return;
  }
  channel.broadcasts ??= new WaitingBroadcasts(channel, channel.overflow);
  channel.broadcasts.keep(data, bytes, policy === 'coalesce' ? key : undefined);
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
