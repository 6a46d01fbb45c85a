import { type Declaration, object, type OptionsOf, type Rule } from '../../core/options.ts';
import { integer, oneOf } from '../../core/rules.ts';

/**
 * What becomes of a broadcast for a peer that is behind:
 * - `disconnect`: the peer is evicted; when it comes back it knows that it has missed something.
 * - `drop-oldest`: the newest `maxBytes` wait for it, what is older is dropped.
 * - `coalesce`: like `drop-oldest`, and a message replaces a waiting one with the same key.
 * - `pause`: the message is written all the same, and the promise of `broadcast` waits until the peer has caught up.
 */
export type OverflowPolicy = 'disconnect' | 'drop-oldest' | 'coalesce' | 'pause';

/** How broadcasts treat a channel whose peer is behind, with every default filled in. */
export interface ResolvedOverflowOptions {
  /** What becomes of a broadcast for it: `disconnect`, `drop-oldest`, `coalesce` or `pause`. Default `disconnect`. */
  readonly policy: OverflowPolicy;
  /** Bytes of broadcasts that wait for the peer, for `drop-oldest` and `coalesce`. Default 262144 (256 KiB). */
  readonly maxBytes: number;
}

/** How broadcasts treat a channel whose peer is behind. Only `undefined` means default. */
export type OverflowOptions = OptionsOf<ResolvedOverflowOptions>;

export const OVERFLOW: Declaration<ResolvedOverflowOptions> = Object.freeze({
  policy: {
    rule: oneOf<OverflowPolicy>('disconnect', 'drop-oldest', 'coalesce', 'pause'),
    byDefault: 'disconnect',
  },
  maxBytes: { rule: integer(1), byDefault: 256 * 1024 },
});

export const overflow: Rule<OverflowOptions, ResolvedOverflowOptions> = object(OVERFLOW);
