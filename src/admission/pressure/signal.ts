import { resolve, type Rule } from '../../core/options.ts';
import { aboveZero, callable, rule } from '../../core/rules.ts';

/** One thing that can be under pressure: the event loop, memory, a pool of connections. */
export interface PressureSignal {
  /** Label of its metric, unique: lower-case letters, digits and hyphens, a letter first. */
  readonly name: string;
  /** The value, in whatever unit it has. Called once for each sample, 10 times a second; must not block. */
  read(nowMs: number): number;
  /** Value at and above which the pressure is 1. */
  readonly enter: number;
  /** Value at and below which the pressure is 0. Less than `enter`. */
  readonly exit: number;
  /**
   * When the value that `read` returns came to be, for values that another part delivers, by `performance.now()`.
   * A signal without it is as fresh as its last `read`.
   */
  readonly updatedAtMs?: (() => number) | undefined;
  /** Age from which a value of `updatedAtMs` counts no more. Default 5000. */
  readonly staleAfterMs?: number | undefined;
}

/** Where a signal's pressure begins and where it is full. */
export interface Thresholds {
  /** Value at and above which the pressure is 1, in the unit of the signal. */
  readonly enter: number;
  /** Value at and below which the pressure is 0. Less than `enter`. */
  readonly exit: number;
}

/** From 0 at `exit` to 1 at `enter` in a straight line. */
export function pressureOf(value: number, { enter, exit }: Thresholds): number {
  return Math.min(1, Math.max(0, (value - exit) / (enter - exit)));
}

const NAME: Rule<string> = rule(
  'lower-case letters, digits and hyphens, a letter first',
  (value) => typeof value === 'string' && /^[a-z][a-z0-9-]*$/.test(value),
);
const READ = callable<() => number>();
const ANY_NUMBER = rule<number>('a number', Number.isFinite);
const STALE_AFTER_MS = aboveZero();

/** Throws `RESPITE_OPTIONS_INVALID` for a name that is malformed, no `read`, and thresholds that make no range. */
export function checkSignal({ name, read, enter, exit, staleAfterMs }: PressureSignal): void {
  resolve(NAME, name, ["a pressure signal's name"]);
  const option = `pressure signal ${JSON.stringify(name)}`;
  resolve(READ, read, [`${option}: read`]);
  resolve(ANY_NUMBER, exit, [`${option}: exit`]);
  resolve(ANY_NUMBER, enter, [`${option}: enter`]);
  resolve(below('enter', enter), exit, [`${option}: exit`]);
  if (staleAfterMs !== undefined) resolve(STALE_AFTER_MS, staleAfterMs, [`${option}: staleAfterMs`]);
}

function below(name: string, limit: number): Rule<number> {
  return rule(`less than ${name} (${limit})`, (value) => Number(value) < limit);
}
