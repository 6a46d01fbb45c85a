import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetricsSample, MetricsWorker } from './snapshot.ts';
import { utilization, workerUtilization } from './utilization.ts';

type Load = Partial<MetricsSample['admission']> & { readonly busy?: number };

function worker(state: MetricsWorker['state'], { busy = 0, ...given }: Load = {}): MetricsWorker {
  const admission: MetricsSample['admission'] = {
    limit: 10,
    inFlight: 0,
    bodyBudgetBytes: 1000,
    bytesInFlight: 0,
    utilization: 0,
    refusedShare: 0,
    pressure: [],
    connectionsRefused: 0,
    requests: [],
    ...given,
  };
  const sample: MetricsSample = {
    admission,
    eventLoopUtilization: busy,
    eventLoopDelayP99Seconds: 0,
    rssBytes: 0,
    heapUsedBytes: 0,
    cpuSeconds: 0,
    instruments: [],
  };
  return { id: 1, slot: 1, state, sample };
}

const pressing = (signal: string, pressure: number): MetricsSample['admission']['pressure'] => [
  { signal, value: 1, pressure },
];

const FULL_OF: readonly (readonly [what: string, load: Load, fullest: string, value: number])[] = [
  ['the loop', { busy: 0.9, inFlight: 2 }, 'event-loop', 0.9],
  ['requests in flight', { busy: 0.1, inFlight: 8 }, 'in-flight', 0.8],
  ['bodies', { busy: 0.1, bytesInFlight: 700 }, 'bytes', 0.7],
  [
    'memory, which counts from where it presses',
    { busy: 0.5, pressure: pressing('memory', 0.75) },
    'memory',
    0.75,
  ],
  ['what slow clients hold', { busy: 0.5, pressure: pressing('write-budget', 1) }, 'write-budget', 1],
  ['one server of several', { inFlight: 2, utilization: 0.9 }, 'in-flight', 0.9],
  [
    'a loop that is late, but nothing is shed for it',
    { busy: 0.5, pressure: pressing('loop-delay', 1) },
    'event-loop',
    0.5,
  ],
  [
    'requests that it sheds to make room, in bursts',
    { busy: 0.5, inFlight: 2, refusedShare: 0.05 },
    'event-loop',
    1,
  ],
  ['a few shed requests are no reason', { busy: 0.5, refusedShare: 0.01 }, 'event-loop', 0.5],
  [
    'a loop that requests are shed for',
    { busy: 0.5, refusedShare: 0.1, pressure: pressing('loop-delay', 1) },
    'event-loop',
    1,
  ],
  ['a limit that fell below what is in flight', { inFlight: 30 }, 'in-flight', 1],
];

for (const [what, load, fullest, value] of FULL_OF) {
  test(`a worker is as full as its fullest resource: ${what}`, () => {
    const found = utilization({ workers: [worker('ready', load)] });
    assert.deepEqual([found?.fullest, found?.value], [fullest, value]);
    assert.equal(found?.resources[fullest], value);
  });
}

test('a sample that came before there was a limit is no number less than none', () => {
  const { sample = assert.fail() } = worker('ready', {
    limit: 0,
    bodyBudgetBytes: 0,
    utilization: Number.NaN,
  });
  assert.equal(workerUtilization(sample), 0);
});

test('the mean over the workers that take requests; a blocked worker is full', () => {
  const workers = [
    worker('ready', { inFlight: 2.5 }),
    worker('unresponsive'),
    worker('draining', { busy: 1 }),
    worker('standby'),
    { ...worker('starting'), sample: undefined },
  ];
  const found = utilization({ workers });
  assert.deepEqual([found?.value, found?.fullest], [0.625, 'event-loop']);
});

test('without a sample nothing is known', () => {
  assert.equal(utilization({ workers: [] }), undefined);
  assert.equal(utilization({ workers: [{ ...worker('starting'), sample: undefined }] }), undefined);
});
