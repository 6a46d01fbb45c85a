import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admission, resolveAdmissionOptions } from '../admission/index.ts';
import { addInstruments, type Instrument } from '../core/instruments.ts';
import { RuntimeReader } from './runtime-figures.ts';
import { Sampler } from './sampler.ts';

test('a sample holds how admission stands, what has to be told of counters, and what the process uses', () => {
  const counters = { labels: [], cells: new Float64Array(1) };
  const admission = new Admission(resolveAdmissionOptions({ limit: 4 }));
  admission.request('GET', '/', 0, {});
  const sample = new Sampler(new Set([admission]), () => ({ counters, exemplars: [] })).sample();
  assert.deepEqual(
    [sample.admission.limit, sample.admission.inFlight, sample.admission.bytesInFlight],
    [4, 1, 0],
  );
  assert.equal(sample.counters, counters);
  assert.ok(sample.rssBytes > sample.heapUsedBytes && sample.heapUsedBytes > 0);
  assert.ok(sample.cpuSeconds > 0);
  assert.ok(sample.eventLoopUtilization >= 0 && sample.eventLoopUtilization <= 1);
  assert.ok(sample.eventLoopDelayP99Seconds >= 0);
});

test('several admissions are one: their places add up, the fuller one counts', () => {
  const one = new Admission(resolveAdmissionOptions({ limit: 4 }));
  const two = new Admission(resolveAdmissionOptions({ limit: 2 }));
  one.request('GET', '/', 0, {});
  two.request('GET', '/', 0, {});
  const { admission } = new Sampler(new Set([one, two]), () => ({
    counters: undefined,
    exemplars: [],
  })).sample();
  assert.deepEqual([admission.limit, admission.inFlight, admission.utilization], [6, 2, 0.5]);
});

test('a sample has what other parts count, as long as they do', () => {
  const sampler = new Sampler(new Set([new Admission(resolveAdmissionOptions({}))]), () => ({
    counters: undefined,
    exemplars: [],
  }));
  const gauge = {
    name: 'respite_test',
    help: 'Help.',
    type: 'gauge',
    series: [{ labels: {}, value: 1 }],
  } as const;
  const remove = addInstruments(() => [gauge]);
  const own = (): readonly Instrument[] =>
    sampler.sample().instruments.filter(({ name }) => name === gauge.name);
  assert.deepEqual(own(), [gauge]);
  remove();
  assert.deepEqual(own(), []);
});

test('figures of V8 are in samples once they are watched', () => {
  const sampler = new Sampler(new Set([new Admission(resolveAdmissionOptions({}))]), () => ({
    counters: undefined,
    exemplars: [],
  }));
  assert.equal(sampler.sample().runtime, undefined);
  sampler.watchRuntime(new RuntimeReader(() => new Set()));
  assert.ok((sampler.sample().runtime?.heapSpaces.length ?? 0) > 0);
});
