import { type Declaration, object, type Rule } from '../../core/options.ts';
import { number } from '../../core/rules.ts';
import type { Thresholds } from './signal.ts';

/** The signals that Respite reads by itself. */
export type BuiltInSignal =
  | 'loop-delay'
  | 'in-flight'
  | 'bytes'
  | 'memory'
  | 'loop-utilization'
  | 'cpu'
  | 'requests-per-second';

/** On with the usual thresholds, off, or on with these. */
export type SignalOption = boolean | Thresholds;

/** Which of the built-in signals press this process, and from where to where. One that is left out has its default. */
export type SignalOptions = Readonly<Partial<Record<BuiltInSignal, SignalOption | undefined>>>;

/** False is off. */
export type ResolvedSignalOptions = Readonly<Record<BuiltInSignal, Thresholds | false>>;

/** What `true` means. A rate has none: only the operator knows what rate a server can take. */
const USUAL: Readonly<Record<Exclude<BuiltInSignal, 'requests-per-second'>, Thresholds>> = {
  // From the mean wait at which DAGOR (WeChat, 2018) calls a server overloaded, to what every caller notices.
  'loop-delay': { exit: 20, enter: 100 },
  // From the share of busy threads at which the mail service of the story began to shed.
  'in-flight': { exit: 0.85, enter: 1 },
  bytes: { exit: 0.85, enter: 1 },
  memory: { exit: 0.85, enter: 0.95 },
  // To the value that the manual of @fastify/under-pressure shows.
  'loop-utilization': { exit: 0.9, enter: 0.98 },
  // From the value at which kratos' BBR limiter sheds.
  cpu: { exit: 0.8, enter: 0.95 },
};

const range: Rule<Thresholds> = object<Thresholds, Thresholds>(
  { enter: { rule: number(0) }, exit: { rule: number(0) } },
  ({ enter, exit }, path) =>
    exit < enter ? [] : [{ path: [...path, 'exit'], rule: `less than enter (${enter})`, value: exit }],
);

/** On with the usual thresholds, off, or on with these. */
function signal(usual: Thresholds | undefined): Rule<SignalOption, Thresholds | false> {
  const words = `${usual === undefined ? '' : 'true, '}false or an object`;
  return {
    check: (value, path) => {
      if (value === false || (value === true && usual !== undefined)) return [];
      if (typeof value !== 'object' || value === null) return [{ path, rule: words, value }];
      return range.check(value, path);
    },
    complete: (value) => {
      if (typeof value === 'object') return range.complete(value);
      return value && usual !== undefined && usual;
    },
  };
}

/**
 * On are those that mean harm on every server. The others are for those who know their own server: a utilization or a
 * CPU near 1 is a machine that is worth its money, and a rate says nothing of what a request costs.
 */
const SIGNALS: Declaration<ResolvedSignalOptions> = Object.freeze({
  'loop-delay': { rule: signal(USUAL['loop-delay']), byDefault: USUAL['loop-delay'] },
  'in-flight': { rule: signal(USUAL['in-flight']), byDefault: USUAL['in-flight'] },
  bytes: { rule: signal(USUAL.bytes), byDefault: USUAL.bytes },
  memory: { rule: signal(USUAL.memory), byDefault: USUAL.memory },
  'loop-utilization': { rule: signal(USUAL['loop-utilization']), byDefault: false },
  cpu: { rule: signal(USUAL.cpu), byDefault: false },
  'requests-per-second': { rule: signal(undefined), byDefault: false },
});

export const SIGNAL_NAMES: readonly BuiltInSignal[] = Object.freeze(Object.keys(SIGNALS) as BuiltInSignal[]);

export const signals: Rule<SignalOptions, ResolvedSignalOptions> = object(SIGNALS);
