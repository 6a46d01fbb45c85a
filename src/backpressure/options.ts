import { boolean, integer, knownKeys } from '../core/validate.ts';
import { RespiteError } from '../core/errors.ts';
import {
  DEFAULTS as OVERFLOW_DEFAULTS,
  type OverflowOptions,
  resolveOverflowOptions,
  type ResolvedOverflowOptions,
} from './broadcast/options.ts';
import { WriteBudget } from './budget/write-budget.ts';
import { RateLimit } from './rate-limit.ts';
import {
  DEFAULTS as SLOW_PEER_DEFAULTS,
  resolveSlowPeerOptions,
  type ResolvedSlowPeerOptions,
  type SlowPeerOptions,
} from './slow-peer/options.ts';

/** Options of a channel. Every one has a default; only `undefined` means default. */
export interface ChannelOptions {
  /** Pending bytes from which the channel is not writable. Default 262144 (256 KiB). */
  readonly highWaterMarkBytes?: number | undefined;
  /** Pending bytes at which it is writable again. Default a quarter of `highWaterMarkBytes`. */
  readonly lowWaterMarkBytes?: number | undefined;
  /**
   * Pending bytes past which the peer is evicted: the code that writes ignores backpressure. A message larger than
   * that is let in while the channel is writable. Default 67108864 (64 MiB).
   */
  readonly hardLimitBytes?: number | undefined;
  /** Most bytes handed to the socket at once; progress is seen from one to the next. Default 262144 (256 KiB). */
  readonly sliceBytes?: number | undefined;
  /** Most bytes that it hands over in one turn of the event loop, so that others get theirs. Default 1048576 (1 MiB). */
  readonly turnBytes?: number | undefined;
  /** Limit of bytes a second, of this channel or shared with others. See {@link createRateLimit}. Default none. */
  readonly rateLimit?: RateLimit | undefined;
  /** A budget shared with other channels. Default none. */
  readonly budget?: WriteBudget | undefined;
  /** When a peer that takes too little is evicted; `false` for never. See {@link SlowPeerOptions}. */
  readonly slowPeer?: SlowPeerOptions | false | undefined;
  /**
   * Whether nothing is read from the peer while what it does not take makes the channel unwritable: then its requests wait
   * at its side, not their responses here. Only for sockets that are read by `data` events. Set it to false where your code calls
   * `pause()` itself: the channel's `resume()` would undo that. Default true.
   */
  readonly pauseReads?: boolean | undefined;
  /** What becomes of broadcasts while the peer is behind. See {@link OverflowOptions}. */
  readonly overflow?: OverflowOptions | undefined;
}

/** {@link ChannelOptions} with every default filled in. */
export interface ResolvedChannelOptions {
  readonly highWaterMarkBytes: number;
  readonly lowWaterMarkBytes: number;
  readonly hardLimitBytes: number;
  readonly sliceBytes: number;
  readonly turnBytes: number;
  readonly rateLimit: RateLimit | undefined;
  readonly budget: WriteBudget | undefined;
  readonly slowPeer: ResolvedSlowPeerOptions | false;
  readonly pauseReads: boolean;
  readonly overflow: ResolvedOverflowOptions;
}

/** See docs/design/backpressure.md for where they come from. */
export const DEFAULTS: ResolvedChannelOptions = Object.freeze({
  highWaterMarkBytes: 256 * 1024,
  lowWaterMarkBytes: 64 * 1024,
  hardLimitBytes: 64 * 1024 * 1024,
  sliceBytes: 256 * 1024,
  turnBytes: 1024 * 1024,
  rateLimit: undefined,
  budget: undefined,
  slowPeer: SLOW_PEER_DEFAULTS,
  pauseReads: true,
  overflow: OVERFLOW_DEFAULTS,
});

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveChannelOptions(options: ChannelOptions = {}): ResolvedChannelOptions {
  knownKeys('channel', options, Object.keys(DEFAULTS));
  const high = integer(
    'channel.highWaterMarkBytes',
    options.highWaterMarkBytes ?? DEFAULTS.highWaterMarkBytes,
    1,
  );
  const hard = options.hardLimitBytes ?? Math.max(DEFAULTS.hardLimitBytes, high);
  const { rateLimit, budget, slowPeer, overflow } = options;
  if (rateLimit !== undefined && !(rateLimit instanceof RateLimit)) {
    throw new RespiteError('RESPITE_OPTIONS_INVALID', 'channel.rateLimit must come from createRateLimit()');
  }
  if (budget !== undefined && !(budget instanceof WriteBudget)) {
    throw new RespiteError('RESPITE_OPTIONS_INVALID', 'channel.budget must come from createWriteBudget()');
  }
  return Object.freeze({
    highWaterMarkBytes: high,
    lowWaterMarkBytes: integer(
      'channel.lowWaterMarkBytes',
      options.lowWaterMarkBytes ?? Math.floor(high / 4),
      0,
      high - 1,
    ),
    hardLimitBytes: integer('channel.hardLimitBytes', hard, high),
    sliceBytes: integer('channel.sliceBytes', options.sliceBytes ?? DEFAULTS.sliceBytes, 1),
    turnBytes: integer('channel.turnBytes', options.turnBytes ?? DEFAULTS.turnBytes, 1),
    rateLimit,
    budget,
    slowPeer:
      slowPeer === undefined || slowPeer === false
        ? (slowPeer ?? DEFAULTS.slowPeer)
        : resolveSlowPeerOptions('channel.slowPeer', slowPeer),
    pauseReads: boolean('channel.pauseReads', options.pauseReads ?? DEFAULTS.pauseReads),
    overflow: overflow === undefined ? DEFAULTS.overflow : resolveOverflowOptions(overflow),
  });
}
