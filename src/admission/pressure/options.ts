import { fail, finite, knownKeys } from '../../core/validate.ts';
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

/**
 * On are those that mean harm on every server. The others are for those who know their own server: a utilization or a
 * CPU near 1 is a machine that is worth its money, and a rate says nothing of what a request costs.
 */
export const DEFAULTS: ResolvedSignalOptions = Object.freeze({
  'loop-delay': USUAL['loop-delay'],
  'in-flight': USUAL['in-flight'],
  bytes: USUAL.bytes,
  memory: USUAL.memory,
  'loop-utilization': false,
  cpu: false,
  'requests-per-second': false,
});

export const SIGNAL_NAMES: readonly BuiltInSignal[] = Object.freeze(Object.keys(DEFAULTS) as BuiltInSignal[]);

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveSignalOptions(options: SignalOptions = {}): ResolvedSignalOptions {
  knownKeys('admission.signals', options, SIGNAL_NAMES);
  const resolved: Record<BuiltInSignal, Thresholds | false> = { ...DEFAULTS };
  for (const name of SIGNAL_NAMES) {
    const given = options[name];
    if (given !== undefined) resolved[name] = resolveSignal(name, given);
  }
  return Object.freeze(resolved);
}

function resolveSignal(name: BuiltInSignal, given: SignalOption): Thresholds | false {
  const option = `admission.signals.${name}`;
  if (given === false) return false;
  if (given === true && name !== 'requests-per-second') return USUAL[name];
  if (typeof given !== 'object') {
    return fail(option, `${name === 'requests-per-second' ? '' : 'true, '}false or an object`, given);
  }
  knownKeys(option, given, ['enter', 'exit']);
  const enter = finite(`${option}.enter`, given.enter, 0);
  const exit = finite(`${option}.exit`, given.exit, 0);
  if (!(exit < enter)) fail(`${option}.exit`, `less than enter (${enter})`, exit);
  return Object.freeze({ enter, exit });
}
