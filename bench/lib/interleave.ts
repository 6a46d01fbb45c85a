import type { Side } from './benchmark.ts';

export interface Pair<T> {
  readonly bare: T;
  readonly respite: T;
}

export interface Pairs<T> {
  readonly valid: readonly Pair<T>[];
  /** Pairs thrown away because one of their runs was invalid. */
  readonly voided: number;
}

/** Runs both sides in turn, the order alternating, so that what drifts on the machine hits both alike. */
export async function interleave<T>(
  count: number,
  run: (side: Side, round: number) => Promise<T>,
  isVoid?: (result: T) => boolean,
): Promise<Pairs<T>> {
  const inTurn = async (round: number): Promise<Pair<T>> => {
    if (round % 2 === 0) {
      const bare = await run('bare', round);
      return { bare, respite: await run('respite', round) };
    }
    const respite = await run('respite', round);
    return { bare: await run('bare', round), respite };
  };
  return collectPairs(count, inTurn, isVoid);
}

/**
 * Collects pairs until there are `count` of which neither side is invalid; after as many invalid ones as were wanted in all it
 * gives up.
 */
export async function collectPairs<T>(
  count: number,
  run: (round: number) => Promise<Pair<T>>,
  isVoid: (result: T) => boolean = () => false,
): Promise<Pairs<T>> {
  const valid: Pair<T>[] = [];
  let voided = 0;
  for (let round = 0; valid.length < count && voided < count; round += 1) {
    const pair = await run(round);
    if (isVoid(pair.bare) || isVoid(pair.respite)) voided += 1;
    else valid.push(pair);
  }
  return { valid, voided };
}
