export { watchBuiltIn } from './built-in.ts';
export type { BuiltInSignal, SignalOption, SignalOptions } from './options.ts';
export { Pressure } from './pressure.ts';
export { processReadings } from './process-readings.ts';
export { addPressureSignal, watchShared } from './shared-signals.ts';
export type { PressureSignal, Thresholds } from './signal.ts';
