import type { Admission } from './admission.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestInFlight } from './in-flight/request.ts';
import { type AdmissionOptions } from './options.ts';
import { addPressureSignal } from './pressure/index.ts';

import { admissionWith, admitted, shed } from './admission-support.test.ts';

/** A server that completes 50 requests each 100 ms, and is asked for 25 critical and 225 sheddable ones. */
function flooded(options: AdmissionOptions): { admission: Admission; reasons: Map<string, number> } {
  let nowMs = 0;
  const admission = admissionWith(
    { limit: 50, turnBudget: false, routes: { '/mail': 'sheddable' }, ...options },
    () => nowMs,
  );
  const reasons = new Map<string, number>();
  for (let second = 0; second < 30; second += 1) {
    const requests: RequestInFlight[] = [];
    for (let i = 0; i < 250; i += 1) {
      nowMs += 0.4;
      const outcome = admission.request('GET', i % 10 === 0 ? '/' : '/mail', 0, {});
      if (outcome instanceof RequestInFlight) requests.push(outcome);
      if (second < 20) continue;
      const reason = outcome instanceof RequestInFlight ? 'admitted' : outcome.reason;
      const key = `${i % 10 === 0 ? 'critical' : 'sheddable'} ${reason}`;
      reasons.set(key, (reasons.get(key) ?? 0) + 1);
    }
    for (const request of requests) request.end(200);
  }
  return { admission, reasons };
}

test('the lower class makes room before the limit has to, and the server stays busy', () => {
  const { admission, reasons } = flooded({});
  assert.ok((reasons.get('critical admitted') ?? 0) >= 248);
  assert.ok((reasons.get('sheddable priority') ?? 0) > 1500, JSON.stringify([...reasons]));
  assert.ok((reasons.get('sheddable admitted') ?? 0) > 150, JSON.stringify([...reasons]));
  assert.ok(admission.stats().refusedShare > 0.6);
  assert.ok(admission.stats().pressure.some(({ signal }) => signal === 'in-flight'));
});

test('without priority it is left to the limits', () => {
  const { admission, reasons } = flooded({ priority: false });
  assert.equal(reasons.get('sheddable priority'), undefined);
  assert.ok((reasons.get('sheddable in-flight') ?? 0) > 1500);
  assert.equal(admission.stats().refusedShare, 0);
});

test('in a dry run nothing is refused for priority, but counted', () => {
  const { admission, reasons } = flooded({ dryRun: true });
  assert.deepEqual([...reasons.keys()].toSorted(), ['critical admitted', 'sheddable admitted']);
  const counted = new Set(admission.stats().requests.map(({ decision }) => decision));
  assert.ok(counted.has('would-shed') && !counted.has('shed'));
});

test("the user's own signal refuses requests while it presses", () => {
  let waiting = 0;
  const remove = addPressureSignal({ name: 'db-pool', read: () => waiting, enter: 50, exit: 5 });
  let nowMs = 0;
  const admission = admissionWith({ turnBudget: false }, () => nowMs);
  const shedOf = (requests: number): number => {
    let count = 0;
    for (let i = 0; i < requests; i += 1) {
      nowMs += 1;
      const outcome = admission.request('GET', '/', 0, {});
      if (outcome instanceof RequestInFlight) outcome.end(200);
      else count += 1;
    }
    return count;
  };
  assert.equal(shedOf(1000), 0);
  waiting = 100;
  assert.ok(shedOf(2000) > 200);
  waiting = 0;
  shedOf(4000);
  assert.equal(shedOf(1000), 0);
  admission.watchSignals(false);
  remove();
});

test('requests a second can be a signal, between the rates that the user knows; off, it is not read', () => {
  const shedOf = (options: AdmissionOptions): number => {
    let nowMs = 0;
    const admission = admissionWith({ turnBudget: false, ...options }, () => nowMs);
    let count = 0;
    for (let i = 0; i < 5000; i += 1) {
      nowMs += 1;
      const outcome = admission.request('GET', '/', 0, {});
      if (outcome instanceof RequestInFlight) outcome.end(200);
      else count += 1;
    }
    admission.watchSignals(false);
    return count;
  };
  const range = { enter: 500, exit: 300 };
  assert.ok(shedOf({ signals: { 'requests-per-second': range } }) > 1000);
  assert.equal(shedOf({ signals: { 'requests-per-second': false } }), 0);
  assert.equal(shedOf({ signals: { 'requests-per-second': range }, priority: false }), 0);
});

test('while shedding lasts, one refusal of fifty closes its connection', () => {
  let nowMs = 0;
  const admission = admissionWith({ limit: 1 }, () => nowMs);
  admitted(admission.request('GET', '/', 0, {}));
  const closing = (refusals: number): number => {
    let closed = 0;
    for (let i = 0; i < refusals; i += 1) {
      nowMs += 10;
      if (shed(admission.request('GET', '/', 0, {})).closes) closed += 1;
    }
    return closed;
  };
  assert.equal(closing(500), 0);
  assert.equal(closing(500), 10);
  assert.equal(admission.isSheddingSustained, true);
});

test('after a night without requests Retry-After is that of a quick server', async () => {
  let nowMs = 0;
  const admission = admissionWith({ limit: 1 }, () => nowMs);
  admitted(admission.request('GET', '/', 0, {})).end(200);
  await new Promise((resolve) => setImmediate(resolve));
  nowMs = 28_800_000;
  admitted(admission.request('GET', '/', 0, {}));
  nowMs += 20;
  assert.equal(shed(admission.request('GET', '/', 0, {})).retryAfterSeconds, 1);
});

test('deadlines of one caller that have passed are no sustained shedding', () => {
  let nowMs = 0;
  const admission = admissionWith({}, () => nowMs);
  for (; nowMs < 20_000; nowMs += 500) {
    assert.equal(shed(admission.request('GET', '/', 0, { 'respite-deadline-ms': '0' })).reason, 'deadline');
  }
  assert.equal(admission.isSheddingSustained, false);
});
