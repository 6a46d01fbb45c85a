import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ObservedOrigins } from './observed-origins.ts';

const never = (): boolean => false;

test('times are summed until the headers, and requests without an answer wait after a second', () => {
  const origins = new ObservedOrigins();
  const [first, second] = [{}, {}];
  origins.began(first, 'http://a.internal', 0);
  origins.began(second, 'http://a.internal', 100);
  origins.answered(first, 200, 40);
  const read = (nowMs: number): unknown => {
    const { tookMs, inFlight, waiting } = origins.read(never, nowMs).get('http://a.internal') ?? {};
    return { tookMs, inFlight, waiting };
  };
  assert.deepEqual(read(1100), { tookMs: 40, inFlight: 1, waiting: 0 });
  assert.deepEqual(read(1101), { tookMs: 40, inFlight: 1, waiting: 1 });
  origins.failed(second, 2000);
  assert.deepEqual(read(2000), { tookMs: 1940, inFlight: 0, waiting: 0 });
});

test('what ends twice counts once, what never began not at all, and failures are shown from the start', () => {
  const origins = new ObservedOrigins();
  const request = {};
  origins.began(request, 'http://a.internal', 0);
  origins.answered(request, 503, 1);
  origins.failed(request, 2);
  origins.answered({}, 200, 3);
  const figures = origins.read(never, 3).get('http://a.internal');
  assert.deepEqual(Object.fromEntries(figures?.requests ?? []), { '5xx': 1, 'no-response': 0 });
});

test('fifty origins have figures of their own, later ones share some, and nothing is lost', () => {
  const origins = new ObservedOrigins();
  for (let i = 0; i < 500; i += 1) {
    const request = {};
    origins.began(request, `http://${i}.internal`, i);
    origins.answered(request, 200, i + 1);
  }
  const figures = origins.read(never, 1000);
  assert.equal(figures.size, 51);
  assert.equal(figures.get('_OTHER')?.requests.get('2xx'), 450);
});
