import { type Declaration, object, type OptionsOf, type Rule } from '../../core/options.ts';
import { integer, oneOf } from '../../core/rules.ts';

/** Which peer is evicted first when the budget needs room: the one that holds most, or the one that has taken nothing for longest. */
export type EvictFirst = 'largest' | 'oldest';

/** Options of a write budget, with every default filled in. */
export interface ResolvedWriteBudgetOptions {
  /** Bytes that all its channels together may hold, at least 1048576: what this process can spare. */
  readonly limitBytes: number;
  /**
   * What a channel whose peer is known to read may hold however exhausted the budget is, so that fast clients keep their
   * speed. Default 131072 (128 KiB, half a slice), or an eighth of `limitBytes` if that is less.
   */
  readonly guaranteedBytes: number;
  /** Which of the blocked channels is evicted first when room is needed: `largest`, or `oldest`, whose peer has taken nothing for longest. Default `largest`. */
  readonly evictFirst: EvictFirst;
}

/** Options of a write budget. Only `undefined` means default. */
export type WriteBudgetOptions = OptionsOf<ResolvedWriteBudgetOptions, 'limitBytes'>;

/** The least that makes sense: a few slabs. */
const MIN_LIMIT_BYTES = 1024 * 1024;

const GUARANTEED_BYTES = 128 * 1024;

export const WRITE_BUDGET: Declaration<ResolvedWriteBudgetOptions> = Object.freeze({
  limitBytes: { rule: integer(MIN_LIMIT_BYTES) },
  guaranteedBytes: {
    rule: integer(1),
    byDefault: ({ limitBytes }: ResolvedWriteBudgetOptions) =>
      Math.min(GUARANTEED_BYTES, mostGuaranteed(limitBytes)),
  },
  evictFirst: { rule: oneOf<EvictFirst>('largest', 'oldest'), byDefault: 'largest' },
});

export const writeBudget: Rule<WriteBudgetOptions, ResolvedWriteBudgetOptions> = object(
  WRITE_BUDGET,
  ({ limitBytes, guaranteedBytes = 1 }: WriteBudgetOptions, path) =>
    integer(1, mostGuaranteed(limitBytes)).check(guaranteedBytes, [...path, 'guaranteedBytes']),
);

function mostGuaranteed(limitBytes: number): number {
  return Math.floor(limitBytes / 8);
}
