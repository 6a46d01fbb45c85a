import { integer, knownKeys, oneOf } from '../../core/validate.ts';

/** Which peer is evicted first when the budget needs room: the one that holds most, or the one that has taken nothing for longest. */
export type EvictFirst = 'largest' | 'oldest';

const EVICT_FIRST: readonly EvictFirst[] = ['largest', 'oldest'];

/** Options of a write budget. */
export interface WriteBudgetOptions {
  /** Bytes that all its channels together may hold. No default: it is what this process can spare. */
  readonly limitBytes: number;
  /**
   * What a channel whose peer is known to read may hold however exhausted the budget is, so that fast clients keep their
   * speed. Default 131072 (128 KiB, half a slice), or an eighth of `limitBytes` if that is less.
   */
  readonly guaranteedBytes?: number | undefined;
  /** Which of the blocked channels is evicted first when room is needed. Default `largest`. */
  readonly evictFirst?: EvictFirst | undefined;
}

/** {@link WriteBudgetOptions} with every default filled in. */
export interface ResolvedWriteBudgetOptions {
  readonly limitBytes: number;
  readonly guaranteedBytes: number;
  readonly evictFirst: EvictFirst;
}

/** There is none for `limitBytes`. */
export const DEFAULTS: Omit<ResolvedWriteBudgetOptions, 'limitBytes'> = Object.freeze({
  guaranteedBytes: 128 * 1024,
  evictFirst: 'largest',
});

/** The least that makes sense: a few slabs. */
const MIN_LIMIT_BYTES = 1024 * 1024;

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveWriteBudgetOptions(options: WriteBudgetOptions): ResolvedWriteBudgetOptions {
  knownKeys('budget', options, ['limitBytes', ...Object.keys(DEFAULTS)]);
  const limitBytes = integer('budget.limitBytes', options.limitBytes, MIN_LIMIT_BYTES);
  const most = Math.floor(limitBytes / 8);
  return Object.freeze({
    limitBytes,
    guaranteedBytes: integer(
      'budget.guaranteedBytes',
      options.guaranteedBytes ?? Math.min(DEFAULTS.guaranteedBytes, most),
      1,
      most,
    ),
    evictFirst: oneOf('budget.evictFirst', options.evictFirst ?? DEFAULTS.evictFirst, EVICT_FIRST),
  });
}
