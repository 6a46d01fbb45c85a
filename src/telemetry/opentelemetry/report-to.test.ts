import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { test, type TestContext } from 'node:test';
import type { ShedEvent } from '../../admission/index.ts';
import type { Meter, Observable, ObservableCallback, OpenTelemetryApi, Span } from './api.ts';
import { reportTo } from './report-to.ts';
import type { PublishedSample } from './sample-instruments.ts';

const samples = channel('respite:worker:sample');
const sheds = channel('respite:admission:shed');

function sample(requests: PublishedSample['requests'] = []): PublishedSample {
  return {
    admission: {
      limit: 10,
      inFlight: 4,
      bodyBudgetBytes: 1000,
      bytesInFlight: 0,
      utilization: 0.4,
      refusedShare: 0,
      pressure: [{ signal: 'memory', value: 1, pressure: 0.3 }],
      connectionsRefused: 2,
    },
    requests,
    eventLoopUtilization: 0.1,
    instruments: [],
  };
}

const SHED: ShedEvent = {
  decision: 'shed',
  reason: 'in-flight',
  criticality: 'sheddable',
  route: '',
  status: 429,
};

interface Fake {
  readonly api: OpenTelemetryApi;
  /** All that callbacks tell now: `name{labels} value`. */
  read(): string[];
  readonly created: string[];
  span: (Span & { readonly said: unknown[] }) | undefined;
}

function fake(): Fake {
  const callbacks = new Map<string, Set<ObservableCallback>>();
  const created: string[] = [];
  const create =
    (type: string) =>
    (name: string): Observable => {
      created.push(`${type} ${name}`);
      const own = new Set<ObservableCallback>();
      callbacks.set(name, own);
      return {
        addCallback: (callback) => own.add(callback),
        removeCallback: (callback) => own.delete(callback),
      };
    };
  const meter: Meter = {
    createObservableCounter: create('counter'),
    createObservableGauge: create('gauge'),
  };
  const made: Fake = {
    created,
    span: undefined,
    api: { metrics: { getMeter: () => meter }, trace: { getActiveSpan: () => made.span } },
    read: () =>
      [...callbacks].flatMap(([name, own]) =>
        [...own].flatMap((callback) => {
          const lines: string[] = [];
          callback({
            observe: (value, attributes) => lines.push(`${name}${JSON.stringify(attributes)} ${value}`),
          });
          return lines;
        }),
      ),
  };
  return made;
}

function recordingSpan(isRecording: boolean): Span & { readonly said: unknown[] } {
  const said: unknown[] = [];
  return {
    said,
    isRecording: () => isRecording,
    addEvent: (...event) => said.push(event),
    setAttribute: (...attribute) => said.push(attribute),
  };
}

function start(t: TestContext): { readonly otel: Fake; readonly stop: () => void } {
  const otel = fake();
  const stop = reportTo(otel.api);
  t.after(stop);
  return { otel, stop };
}

test('what the worker has said last is what is read, under each set of labels', (t) => {
  const { otel } = start(t);
  assert.deepEqual(otel.created, []);
  const count = { decision: 'admitted', reason: '', criticality: 'critical', route: '/a' } as const;
  samples.publish(sample([{ ...count, count: 1 }]));
  // Two servers of the worker.
  samples.publish(
    sample([
      { ...count, count: 3 },
      { ...count, count: 2 },
    ]),
  );
  const read = otel.read();
  const labels = JSON.stringify(count);
  assert.ok(read.includes(`respite.admission.requests${labels} 5`), read.join('\n'));
  assert.ok(read.includes('respite.admission.in_flight{} 4'));
  assert.ok(read.includes('respite.admission.pressure{"signal":"memory"} 0.3'));
  assert.ok(read.includes('respite.utilization{} 0.4'));
  assert.equal(otel.created.length, new Set(otel.created).size);
});

test('a metric that comes later is shown from then on, and one that is gone tells nothing', (t) => {
  const { otel } = start(t);
  samples.publish(sample());
  const series = [{ labels: { result: 'hit' }, value: 7 }];
  const help = 'Help.';
  const hits = { name: 'respite_cache_requests_total', help, type: 'counter', series } as const;
  samples.publish({ ...sample(), instruments: [hits] });
  assert.ok(otel.created.includes('counter respite.cache.requests'));
  assert.ok(otel.read().includes('respite.cache.requests{"result":"hit"} 7'));
  samples.publish(sample());
  assert.ok(!otel.read().some((line) => line.startsWith('respite.cache')));
});

test('a refusal is an event of the span in which it happens', (t) => {
  const { otel } = start(t);
  otel.span = recordingSpan(true);
  sheds.publish({ ...SHED, route: '/a/:id' });
  const said = {
    'respite.decision': 'shed',
    'respite.shed.reason': 'in-flight',
    'respite.criticality': 'sheddable',
  };
  assert.deepEqual(otel.span.said, [
    ...Object.entries(said),
    ['respite.shed', { ...said, 'http.response.status_code': 429, 'respite.route': '/a/:id' }],
  ]);
});

test('without a span, or one that nobody records, nothing is said', (t) => {
  const { otel } = start(t);
  sheds.publish(SHED);
  otel.span = recordingSpan(false);
  sheds.publish(SHED);
  assert.deepEqual(otel.span.said, []);
});

test('ended, it listens no more and tells no more', (t) => {
  const { otel, stop } = start(t);
  otel.span = recordingSpan(true);
  samples.publish(sample());
  stop();
  assert.deepEqual(otel.read(), []);
  assert.equal(samples.hasSubscribers, false);
  assert.equal(sheds.hasSubscribers, false);
});
