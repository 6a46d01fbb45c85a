export { watchBuiltIn } from './built-in.ts';
export {
  type BuiltInSignal,
  DEFAULTS,
  type ResolvedSignalOptions,
  resolveSignalOptions,
  type SignalOption,
  type SignalOptions,
} from './options.ts';
export { Pressure } from './pressure.ts';
export { ProcessReadings } from './process-readings.ts';
export { addPressureSignal, watchShared } from './shared-signals.ts';
export type { Signal, Thresholds } from './signal.ts';
