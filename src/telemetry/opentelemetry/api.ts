// What is used of @opentelemetry/api, which is the user's: never imported here, nor by what imports this.

/** What a callback of an observable instrument tells its readings to. */
export interface ObservableResult {
  observe(value: number, attributes?: Record<string, string>): void;
}

export type ObservableCallback = (result: ObservableResult) => void;

export interface Observable {
  addCallback(callback: ObservableCallback): void;
  removeCallback(callback: ObservableCallback): void;
}

interface InstrumentOptions {
  description?: string;
  unit?: string;
}

export interface Meter {
  createObservableCounter(name: string, options?: InstrumentOptions): Observable;
  createObservableGauge(name: string, options?: InstrumentOptions): Observable;
}

export interface Span {
  isRecording(): boolean;
  addEvent(name: string, attributes?: Record<string, string | number>): unknown;
  setAttribute(key: string, value: string | number): unknown;
}

/** `@opentelemetry/api` 1.3 or later, as far as it is used. */
export interface OpenTelemetryApi {
  /** Where Respite gets its meter from. */
  readonly metrics: { getMeter(name: string, version?: string): Meter };
  /** Gives the span that is active when a request is shed. */
  readonly trace: { getActiveSpan(): Span | undefined };
}
