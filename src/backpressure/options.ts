import { type Declaration, object, type Path, type Problem, resolve, type Rule } from '../core/options.ts';
import { flag, instanceOf, integer, orFalse } from '../core/rules.ts';
import { overflow, type OverflowOptions, type ResolvedOverflowOptions } from './broadcast/options.ts';
import { budgetRule } from './budget/index.ts';
import type { WriteBudget } from './budget/write-budget.ts';
import { RateLimit } from './rate-limit.ts';
import {
  type ResolvedSlowPeerOptions,
  SLOW_PEER_DEFAULTS,
  slowPeer,
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
  /** Limit of bytes a second, of this channel or shared with others, from `createRateLimit()`. Default none. */
  readonly rateLimit?: RateLimit | undefined;
  /** A budget shared with other channels, from `createWriteBudget()`. Default none. */
  readonly budget?: WriteBudget | undefined;
  /** When a peer that takes too little is evicted; `false` for never. Default `{ minBytesPerSecond: 1024, graceMs: 7000, kernelBufferBytes: 4194304 }`. */
  readonly slowPeer?: SlowPeerOptions | false | undefined;
  /**
   * Whether nothing is read from the peer while what it does not take makes the channel unwritable: then its requests wait
   * at its side, not their responses here. Only for sockets that are read by `data` events. Set it to false where your code calls
   * `pause()` itself: the channel's `resume()` would undo that. Default true.
   */
  readonly pauseReads?: boolean | undefined;
  /** What becomes of broadcasts while the peer is behind. Default `{ policy: 'disconnect', maxBytes: 262144 }`. */
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

/** See docs/design/backpressure.md for where the defaults come from. */
export const HIGH_WATER_MARK_BYTES: number = 256 * 1024;
const HARD_LIMIT_BYTES = 64 * 1024 * 1024;

export const CHANNEL: Declaration<ResolvedChannelOptions> = Object.freeze({
  highWaterMarkBytes: { rule: integer(1), byDefault: HIGH_WATER_MARK_BYTES },
  lowWaterMarkBytes: {
    rule: integer(0),
    byDefault: ({ highWaterMarkBytes }: ResolvedChannelOptions) => Math.floor(highWaterMarkBytes / 4),
  },
  hardLimitBytes: {
    rule: integer(1),
    byDefault: ({ highWaterMarkBytes }: ResolvedChannelOptions) =>
      Math.max(HARD_LIMIT_BYTES, highWaterMarkBytes),
  },
  sliceBytes: { rule: integer(1), byDefault: 256 * 1024 },
  turnBytes: { rule: integer(1), byDefault: 1024 * 1024 },
  rateLimit: { rule: instanceOf('what createRateLimit() returns', RateLimit), byDefault: undefined },
  budget: { rule: budgetRule, byDefault: undefined },
  slowPeer: { rule: orFalse(slowPeer), byDefault: SLOW_PEER_DEFAULTS },
  pauseReads: { rule: flag(), byDefault: true },
  overflow: { rule: overflow, byDefault: overflow.complete({}) },
});

export const channel: Rule<ChannelOptions, ResolvedChannelOptions> = object(CHANNEL, marksInOrder);

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveChannelOptions(options: ChannelOptions = {}): ResolvedChannelOptions {
  return resolve(channel, options, ['channel']);
}

function marksInOrder(given: ChannelOptions, path: Path): readonly Problem[] {
  const {
    highWaterMarkBytes: high = HIGH_WATER_MARK_BYTES,
    lowWaterMarkBytes: low = 0,
    hardLimitBytes: hard = high,
  } = given;
  return [
    ...integer(0, high - 1).check(low, [...path, 'lowWaterMarkBytes']),
    ...integer(high).check(hard, [...path, 'hardLimitBytes']),
  ];
}
