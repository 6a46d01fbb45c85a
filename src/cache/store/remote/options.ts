import { type Declaration, object, type OptionsOf, type Rule } from '../../../core/options.ts';
import { callable, integer, rule } from '../../../core/rules.ts';
import { FRAME_OVERHEAD_BYTES } from './frame.ts';

/** Options of every store outside of this process, with every default filled in. */
export interface ResolvedRemoteStoreOptions {
  /**
   * What all keys begin with: caches that are to share what they store have the same, others have different ones. 1 to 64 of
   * the characters A to Z, a to z, 0 to 9, `.`, `_`, `:` and `-`. Default `respite`.
   */
  readonly prefix: string;
  /** Largest value that is stored, fields and body together, in bytes. Default 1048576 (1 MiB). */
  readonly valueLimitBytes: number;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now: () => number;
}

/** Options of every store outside of this process. Only `undefined` means default. */
export type RemoteStoreOptions = OptionsOf<ResolvedRemoteStoreOptions>;

/** What memcached takes unless told otherwise; and a network of 1 Gbit/s carries it in 9 ms of the 50 that a store has. */
const VALUE_LIMIT_BYTES = 1024 * 1024;

/** @param valueLimit What stands without `valueLimitBytes`, and the most that it can be. */
export function remoteStoreRule({
  byDefault = VALUE_LIMIT_BYTES,
  atMost,
}: {
  readonly byDefault?: number;
  readonly atMost?: number;
} = {}): Rule<RemoteStoreOptions, ResolvedRemoteStoreOptions> {
  const declaration: Declaration<ResolvedRemoteStoreOptions> = {
    // Safe in every protocol, and short enough for the 250 bytes that memcached's keys may have.
    prefix: {
      rule: rule(
        '1 to 64 letters, digits, ".", "_", ":" or "-"',
        (value) => typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value),
      ),
      byDefault: 'respite',
    },
    valueLimitBytes: { rule: integer(FRAME_OVERHEAD_BYTES, atMost), byDefault },
    now: { rule: callable<() => number>(), byDefault: () => Date.now },
  };
  return object(declaration);
}
