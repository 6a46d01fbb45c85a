import type { Row } from '../rows.ts';
import { CALLS_PER_SECOND, CALM_SECONDS, type ClientName, type Second } from './plan.ts';

/** Seconds after the end of the outage in which everything should be as it was before. */
const RECOVERED_AFTER_SECONDS = 2;

/** Share of calls served from which a second counts as recovered. */
const RECOVERED_SHARE = 0.95;

/** One line each, ready to print. */
export function outageRows(
  byClient: ReadonlyMap<ClientName, readonly Second[]>,
  outageS: number,
): readonly Row[] {
  const endS = CALM_SECONDS + outageS;
  const row = (
    section: string,
    label: string,
    value: (seconds: readonly Second[]) => string,
    goal = '',
  ): Row => ({
    section,
    label,
    values: [...byClient.values()].map(value),
    goal,
  });
  const load = (seconds: readonly Second[]): number =>
    sum(seconds, ({ arrived }) => arrived) / (seconds.length * CALLS_PER_SECOND);
  return [
    row(
      'Outage',
      'load of the last tier',
      (seconds) => times(load(seconds.slice(CALM_SECONDS, endS))),
      '≤ 1.1 ×',
    ),
    row(
      'Recovery',
      'calls served again',
      (seconds) => recoveredAfter(seconds.slice(endS)),
      `≤ ${RECOVERED_AFTER_SECONDS} s`,
    ),
    row(
      'Recovery',
      'largest load of a second',
      (seconds) => times(Math.max(...seconds.slice(endS).map((second) => load([second])))),
      '≤ 1.2 ×',
    ),
  ];
}

/** The first second from which on calls are served. */
function recoveredAfter(seconds: readonly Second[]): string {
  const isServed = ({ served, calls }: Second): boolean => served >= RECOVERED_SHARE * calls;
  const after = seconds.findLastIndex((second) => !isServed(second)) + 1;
  return after >= seconds.length ? 'not yet' : `after ${after} s`;
}

function sum(seconds: readonly Second[], of: (second: Second) => number): number {
  return seconds.reduce((total, second) => total + of(second), 0);
}

function times(value: number): string {
  return `${value.toFixed(2)} ×`;
}
