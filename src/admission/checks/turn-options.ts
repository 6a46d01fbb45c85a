import { integer, knownKeys } from '../../core/validate.ts';

/** How long requests may wait in one turn of the event loop for those before them. */
export interface TurnBudgetOptions {
  /** What is left to a turn under a lasting flood, in milliseconds. Default 10. */
  readonly targetMs?: number | undefined;
  /** What a turn may take while nothing has been shed, in milliseconds; at least `targetMs`. Default 40. */
  readonly burstMs?: number | undefined;
  /**
   * How much idle time can be saved up for requests that come together, in milliseconds; a new process starts with four
   * times as much. 0: nothing. Default 300.
   */
  readonly idleCreditMs?: number | undefined;
}

/** {@link TurnBudgetOptions} with every default filled in. */
export interface ResolvedTurnBudget {
  readonly targetMs: number;
  readonly burstMs: number;
  readonly idleCreditMs: number;
}

/** From the simulation in test/simulator/turn-budget.test.ts; see docs/design/turn-budget.md. */
export const DEFAULTS: ResolvedTurnBudget = Object.freeze({ targetMs: 10, burstMs: 40, idleCreditMs: 300 });

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveTurnBudget(given: TurnBudgetOptions | false): ResolvedTurnBudget | false {
  if (given === false) return false;
  const option = 'admission.turnBudget';
  knownKeys(option, given, Object.keys(DEFAULTS));
  const targetMs = integer(`${option}.targetMs`, given.targetMs ?? DEFAULTS.targetMs, 1);
  const burstMs = given.burstMs ?? Math.max(DEFAULTS.burstMs, targetMs);
  return Object.freeze({
    targetMs,
    burstMs: integer(`${option}.burstMs`, burstMs, targetMs),
    idleCreditMs: integer(`${option}.idleCreditMs`, given.idleCreditMs ?? DEFAULTS.idleCreditMs, 0),
  });
}
