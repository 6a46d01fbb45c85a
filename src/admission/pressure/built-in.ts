import type { Pressure } from './pressure.ts';
import type { ProcessReadings } from './process-readings.ts';
import type { ResolvedSignalOptions } from './options.ts';
import type { PressureSignal, Thresholds } from './signal.ts';
import {
  bytesSignal,
  cpuSignal,
  inFlightSignal,
  loopDelaySignal,
  loopUtilizationSignal,
  memorySignal,
  requestsPerSecondSignal,
} from './signals.ts';

/** What admission itself knows. */
export interface AdmissionReadings {
  readonly inFlight: () => number;
  readonly limit: () => number;
  readonly bytesInFlight: () => number;
  readonly budgetBytes: () => number;
  /** Requests since whenever; must not fall. */
  readonly requests: () => number;
  /** Turns have a budget, so that requests can delay the loop only so much. */
  readonly hasTurnBudget: boolean;
  /** Time since the present turn of the event loop began, in milliseconds. */
  readonly sinceTickMs: (nowMs: number) => number;
}

/** Has `pressure` watch the signals that are on. */
export function watchBuiltIn(
  pressure: Pressure,
  options: ResolvedSignalOptions,
  readings: AdmissionReadings,
  process: ProcessReadings,
): void {
  const { inFlight, limit, bytesInFlight, budgetBytes, requests, hasTurnBudget, sinceTickMs } = readings;
  const watch = (
    thresholds: Thresholds | false,
    signal: (on: Thresholds) => PressureSignal,
    hasCheck: boolean = false,
  ): void => {
    if (thresholds !== false) pressure.register(signal(thresholds), hasCheck);
  };
  watch(options['in-flight'], (on) => inFlightSignal(inFlight, limit, on), true);
  watch(options.bytes, (on) => bytesSignal(bytesInFlight, budgetBytes, on), true);
  watch(
    options['loop-delay'],
    (on) => loopDelaySignal({ p99Ms: () => process.loopDelayP99Ms(), sinceTickMs }, on),
    hasTurnBudget,
  );
  watch(options.memory, (on) => memorySignal(process.memory(), on));
  watch(options['loop-utilization'], (on) => loopUtilizationSignal(() => process.loopTimes(), on));
  watch(options.cpu, (on) => cpuSignal(() => process.cpuTimes(), process.cores, on));
  watch(options['requests-per-second'], (on) => requestsPerSecondSignal(requests, on));
}
