import { integer, knownKeys, oneOf } from '../../core/validate.ts';

/**
 * What becomes of a broadcast for a peer that is behind:
 * - `disconnect`: the peer is evicted; when it comes back it knows that it has missed something.
 * - `drop-oldest`: the newest `maxBytes` wait for it, what is older is dropped.
 * - `coalesce`: like `drop-oldest`, and a message replaces a waiting one with the same key.
 * - `pause`: the message is written all the same, and the promise of `broadcast` waits until the peer has caught up.
 */
export type OverflowPolicy = 'disconnect' | 'drop-oldest' | 'coalesce' | 'pause';

const POLICIES: readonly OverflowPolicy[] = ['disconnect', 'drop-oldest', 'coalesce', 'pause'];

/** How broadcasts treat a channel whose peer is behind. */
export interface OverflowOptions {
  /** Default `disconnect`. */
  readonly policy?: OverflowPolicy | undefined;
  /** Bytes of broadcasts that wait for the peer, for `drop-oldest` and `coalesce`. Default 262144 (256 KiB). */
  readonly maxBytes?: number | undefined;
}

/** {@link OverflowOptions} with every default filled in. */
export interface ResolvedOverflowOptions {
  readonly policy: OverflowPolicy;
  readonly maxBytes: number;
}

export const DEFAULTS: ResolvedOverflowOptions = Object.freeze({
  policy: 'disconnect',
  maxBytes: 256 * 1024,
});

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveOverflowOptions(options: OverflowOptions): ResolvedOverflowOptions {
  knownKeys('channel.overflow', options, Object.keys(DEFAULTS));
  return Object.freeze({
    policy: oneOf('channel.overflow.policy', options.policy ?? DEFAULTS.policy, POLICIES),
    maxBytes: integer('channel.overflow.maxBytes', options.maxBytes ?? DEFAULTS.maxBytes, 1),
  });
}
