import { addInstruments, type Instrument } from '../../core/instruments.ts';
import type { RequestClass } from '../classify/request-class.ts';
import type { RequestInFlight } from '../in-flight/request.ts';
import { CostEstimates } from './estimates.ts';
import { BACKGROUND, CostKeys } from './keys.ts';
import { lengthClassOf } from './length-class.ts';

/**
 * CPU time from which a request is costly, in ms: what one iteration of the event loop is to take at most
 * (`turnBudget.targetMs`). Below, the turn budget keeps requests from harming each other.
 */
const COSTLY_MS = 10;

/** What a process can use and has used of the processor. */
export interface ProcessorReadings {
  readonly cores: number;
  /** CPU time of all its threads so far, in ms. */
  cpuMs(): number;
  /** How much longer its threads take because they wait for a processor, from 1; undefined where that is not known. */
  stretch?(nowMs: number): number | undefined;
}

/** What requests cost, by route and length of their bodies. */
export class Costs {
  /** What this process may use of the processor, in cores. */
  readonly cores: number;
  readonly #readings: ProcessorReadings;
  readonly #keys = new CostKeys();
  readonly #estimates: CostEstimates;
  #isShown = false;

  constructor(readings: ProcessorReadings, nowMs: number) {
    this.#readings = readings;
    this.cores = readings.cores;
    this.#estimates = new CostEstimates(this.cores, nowMs, readings.cpuMs());
  }

  /** How many keys there are: each is a number below this. */
  get keyCount(): number {
    return this.#keys.labels.length;
  }

  /** The key of requests that are taken to cost the same. */
  keyOf(requestClass: RequestClass, bodyBytes: number): number {
    const { route } = requestClass;
    const keys = (requestClass.costKeys ??= this.#keys.of(route));
    const lengthClass = lengthClassOf(bodyBytes);
    const key = keys[lengthClass] ?? BACKGROUND;
    return key === BACKGROUND ? this.#keys.add(keys, route, lengthClass) : key;
  }

  /** The request runs. */
  began(request: RequestInFlight): void {
    this.#estimates.began(request.costKey, request.arrivedMs);
  }

  /** It has ended. */
  ended({ costKey, arrivedMs }: RequestInFlight, nowMs: number): void {
    this.#estimates.ended(costKey, arrivedMs, nowMs);
  }

  /** It will be decided on again, as one that has not begun. */
  withdrawn({ costKey, arrivedMs }: RequestInFlight): void {
    this.#estimates.withdrawn(costKey, arrivedMs);
  }

  /** One request uses so much of the processor that it harms others. */
  isCostly(key: number): boolean {
    return this.cpuMsOf(key) >= COSTLY_MS;
  }

  /** CPU time of one request, in ms. */
  cpuMsOf(key: number): number {
    return this.#estimates.cpuMsOf(key);
  }

  /** Cores that one request uses when it need not wait for the processor, 0 to 1. */
  coresOf(key: number): number {
    return this.#estimates.coresOf(key);
  }

  /** Cores that all requests of a key use at the moment. */
  nowCoresOf(key: number): number {
    return this.#estimates.nowCoresOf(key);
  }

  /**
   * Learns from the CPU time since the last call. To be called several times a second.
   *
   * @param hasCostly Some requests are costly: only then it matters how long threads wait for a processor.
   */
  sample(nowMs: number, hasCostly: boolean): void {
    const stretch = hasCostly ? this.#readings.stretch?.(nowMs) : undefined;
    this.#estimates.sample(this.keyCount, nowMs, this.#readings.cpuMs(), stretch);
    if (this.#isShown || this.keyCount <= BACKGROUND + 2) return;
    this.#isShown = true;
    addInstruments(() => this.#instruments());
  }

  #instruments(): Instrument[] {
    const { totalCpuMs, totalBegun } = this.#estimates;
    const series = (value: (key: number) => number): Instrument['series'] =>
      this.#keys.labels
        .map(({ route, length }, key) => ({ labels: { http_route: route, length }, value: value(key) }))
        .filter((measured, key) => key !== BACKGROUND && measured.value > 0);
    return [
      {
        name: 'respite_request_cpu_seconds_total',
        help: 'CPU time that requests of a route and length class took, as estimated.',
        type: 'counter',
        series: series((key) => (totalCpuMs[key] ?? 0) / 1000),
      },
      {
        name: 'respite_request_cpu_requests_total',
        help: 'Requests that respite_request_cpu_seconds_total is the CPU time of.',
        type: 'counter',
        series: series((key) => totalBegun[key] ?? 0),
      },
    ];
  }
}
