import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ShedEvent } from '../../admission/index.ts';
import type { Instrument } from '../../core/instruments.ts';
import type { Observable, ObservableCallback, OpenTelemetryApi } from './api.ts';
import { openTelemetryName } from './names.ts';
import { type PublishedSample, sampleInstruments } from './sample-instruments.ts';

/** The same as the worker's: it may be another copy of this package. */
const SAMPLE_CHANNEL = 'respite:worker:sample';
const SHED_CHANNEL = 'respite:admission:shed';

interface Shown {
  readonly observable: Observable;
  readonly callback: ObservableCallback;
}

/**
 * Reports to the OpenTelemetry that a worker of `respite run` has. Its metrics go to the global meter `respite`. Each request that
 * is shed is added to the span that is active then, as an event `respite.shed` and as attributes. Call it when your SDK has started.
 *
 * @param api What `@opentelemetry/api` exports.
 * @returns Ends it.
 * @example
 * ```ts
 * import * as api from '@opentelemetry/api';
 * import { reportTo } from 'respite/opentelemetry';
 *
 * sdk.start();
 * reportTo(api);
 * ```
 */
export function reportTo(api: OpenTelemetryApi): () => void {
  const shown = new Map<string, Shown>();
  let latest = new Map<string, Instrument>();

  const onSample = (message: unknown): void => {
    const instruments = sampleInstruments(message as PublishedSample);
    latest = new Map(instruments.map((instrument) => [instrument.name, instrument]));
    // What a part of Respite counts is known once the part is used.
    for (const instrument of instruments) {
      if (!shown.has(instrument.name)) shown.set(instrument.name, show(instrument));
    }
  };

  const show = ({ name: key, help, type }: Instrument): Shown => {
    // Not kept: a provider that is registered later gets what is first seen later.
    const meter = api.metrics.getMeter('respite');
    const { name, unit } = openTelemetryName({ name: key, type });
    const options = unit === undefined ? { description: help } : { description: help, unit };
    const observable =
      type === 'counter'
        ? meter.createObservableCounter(name, options)
        : meter.createObservableGauge(name, options);
    const callback: ObservableCallback = (result) => {
      for (const { labels, value } of latest.get(key)?.series ?? []) result.observe(value, { ...labels });
    };
    observable.addCallback(callback);
    return { observable, callback };
  };

  const onShed = (message: unknown): void => {
    const span = api.trace.getActiveSpan();
    if (span?.isRecording() !== true) return;
    const { decision, reason, criticality, route, status } = message as ShedEvent;
    const attributes = {
      'respite.decision': decision,
      'respite.shed.reason': reason,
      'respite.criticality': criticality,
    };
    for (const [key, value] of Object.entries(attributes)) span.setAttribute(key, value);
    span.addEvent('respite.shed', {
      ...attributes,
      'http.response.status_code': status,
      ...(route === '' ? {} : { 'respite.route': route }),
    });
  };

  subscribe(SAMPLE_CHANNEL, onSample);
  subscribe(SHED_CHANNEL, onShed);
  return () => {
    unsubscribe(SAMPLE_CHANNEL, onSample);
    unsubscribe(SHED_CHANNEL, onShed);
    for (const { observable, callback } of shown.values()) observable.removeCallback(callback);
  };
}
