import { type Declaration, object, type OptionsOf, type Rule } from '../../core/options.ts';
import { integer, milliseconds } from '../../core/rules.ts';

/** How long requests may wait in one turn of the event loop for those before them, with every default filled in. */
export interface ResolvedTurnBudget {
  /** What is left to a turn under a lasting flood, in milliseconds. Default 10. */
  readonly targetMs: number;
  /** What a turn may take while nothing has been shed, in milliseconds; at least `targetMs`. Default 40. */
  readonly burstMs: number;
  /**
   * How much idle time can be saved up for requests that come together, in milliseconds; a new process starts with four
   * times as much. 0: nothing. Default 300.
   */
  readonly idleCreditMs: number;
}

/** How long requests may wait in one turn of the event loop for those before them. Only `undefined` means default. */
export type TurnBudgetOptions = OptionsOf<ResolvedTurnBudget>;

/** From the simulation in test/simulator/turn-budget.test.ts; see docs/design/turn-budget.md. */
export const TURN_BUDGET: Declaration<ResolvedTurnBudget> = Object.freeze({
  targetMs: { rule: milliseconds(1), byDefault: 10 },
  burstMs: {
    rule: milliseconds(1),
    byDefault: ({ targetMs }: ResolvedTurnBudget) => Math.max(40, targetMs),
  },
  idleCreditMs: { rule: milliseconds(0), byDefault: 300 },
});

export const turnBudget: Rule<TurnBudgetOptions, ResolvedTurnBudget> = object(
  TURN_BUDGET,
  (given: TurnBudgetOptions, path) => {
    const { targetMs, burstMs } = turnBudget.complete(given);
    return integer(targetMs).check(burstMs, [...path, 'burstMs']);
  },
);
