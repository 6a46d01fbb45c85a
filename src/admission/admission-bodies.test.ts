import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNKNOWN_LENGTH } from './in-flight/body.ts';
import { RequestInFlight } from './in-flight/request.ts';
import type { Shed } from './shed/shed.ts';

import { admissionWith, MB, bodyOf, admitted, shed } from './admission-support.test.ts';

test('a body holds what has arrived, and is shed when it would not fit', () => {
  let nowMs = 0;
  const admission = admissionWith({ bodyBudgetBytes: 100 * MB, turnBudget: false }, () => nowMs);
  const post = (bytes: number): RequestInFlight | Shed => admission.request('POST', '/', bytes, {});
  const first = admitted(post(60 * MB));
  assert.ok(bodyOf(first).arrives(60 * MB));
  assert.equal(admission.stats().bytesInFlight, 60 * MB);
  const { status, reason } = shed(post(41 * MB));
  assert.deepEqual([status, reason], [503, 'bytes']);
  admitted(admission.request('GET', '/', 0, {}));
  const second = admitted(post(40 * MB));
  assert.ok(bodyOf(second).arrives(MB));
  first.end(200);
  nowMs += 1000;
  admission.stats();
  nowMs += 1000;
  assert.equal(admission.stats().bytesInFlight, MB);
  second.end(200);
  assert.equal(admission.stats().bytesInFlight, 0);
});

test('one body larger than the whole budget is let in when no other holds bytes; small ones always are', () => {
  const admission = admissionWith({ bodyBudgetBytes: MB });
  const large = admitted(admission.request('POST', '/', 10 * MB, {}));
  const body = bodyOf(large);
  for (let i = 0; i < 10; i += 1) assert.ok(body.arrives(MB));
  shed(admission.request('POST', '/', 100_000, {}));
  admitted(admission.request('POST', '/', 10_000, {}));
  admitted(admission.request('POST', '/', UNKNOWN_LENGTH, {}));
  large.end(200);
  admitted(admission.request('POST', '/', 10 * MB, {}));
});

test('an announced body that never arrives holds nothing after a quarter of a second', () => {
  let nowMs = 0;
  const admission = admissionWith({ turnBudget: false }, () => nowMs);
  const idle = Array.from({ length: 3 }, () => admitted(admission.request('POST', '/', 300 * MB, {})));
  for (const each of idle) bodyOf(each);
  admitted(admission.request('POST', '/', 10_000, {}));
  nowMs += 260;
  admitted(admission.request('POST', '/', 200 * MB, {}));
  assert.equal(admission.stats().bytesInFlight, 0);
});

test('uploads that arrive are expected to arrive whole, so that a flood of them is bounded when it begins', () => {
  let nowMs = 0;
  const admission = admissionWith({ turnBudget: false }, () => nowMs);
  const bodies: ReturnType<typeof bodyOf>[] = [];
  for (let i = 0; i < 100; i += 1) {
    const outcome = admission.request('POST', '/', 40 * MB, {});
    if (outcome instanceof RequestInFlight) bodies.push(bodyOf(outcome));
  }
  assert.equal(bodies.length, 6);
  // Each sends 4 MB a second.
  for (let second = 0; second < 10; second += 1) {
    for (let i = 0; i < 10; i += 1) {
      nowMs += 100;
      for (const body of bodies) assert.ok(body.arrives(0.4 * MB));
      shed(admission.request('POST', '/', 40 * MB, {}));
    }
  }
});

test('a client that sends slowly holds what it has sent, and what it will send in half a minute', () => {
  let nowMs = 0;
  const admission = admissionWith({ turnBudget: false }, () => nowMs);
  const body = bodyOf(admitted(admission.request('POST', '/', 100 * MB, {})));
  for (let i = 0; i < 100; i += 1) {
    nowMs += 100;
    assert.ok(body.arrives(1000));
    admission.stats();
  }
  const { bytesInFlight } = admission.stats();
  assert.ok(bytesInFlight > 300_000 && bytesInFlight < 500_000, String(bytesInFlight));
});

test('a body of unknown length holds what was not read, however long it goes on', () => {
  let nowMs = 0;
  const admission = admissionWith({ bodyBudgetBytes: MB, turnBudget: false }, () => nowMs);
  const stream = admitted(admission.request('POST', '/', UNKNOWN_LENGTH, {}));
  const body = bodyOf(stream);
  for (let i = 0; i < 100; i += 1) {
    nowMs += 100;
    assert.ok(body.arrives(100_000));
    assert.equal(admission.stats().bytesInFlight, 100_000);
    body.isRead();
  }
  stream.end(200);
  assert.equal(admission.stats().bytesInFlight, 0);
});

test('past the budget, and beside others, a large body is ended', () => {
  const admission = admissionWith({ bodyBudgetBytes: 300_000 });
  const [one, two] = [1, 2].map(() => admitted(admission.request('POST', '/', UNKNOWN_LENGTH, {})));
  assert.ok(one !== undefined && two !== undefined);
  const [first, second] = [bodyOf(one), bodyOf(two)];
  assert.ok(first.arrives(500_000), 'alone it may go past the budget');
  assert.ok(second.arrives(10_000), 'a small one is none of the trouble');
  assert.ok(!second.arrives(60_000));
  assert.equal(two.admission.overran(two).status, 503);
  two.end(503);
  one.end(200);
  assert.equal(admission.stats().bytesInFlight, 0);
  assert.equal(admission.requests.completed, 1, 'what was shed is no completion');
});

test('what was let in with its length announced is never ended, nor a stream that is read as it comes', () => {
  const admission = admissionWith({ bodyBudgetBytes: MB });
  // Both were let in when neither had arrived, and both are streamed to a disk.
  const [one, two] = [1, 2].map(() => admitted(admission.request('POST', '/', 0.6 * MB, {})));
  const stream = admitted(admission.request('POST', '/', UNKNOWN_LENGTH, {}));
  assert.ok(one !== undefined && two !== undefined);
  const bodies = [bodyOf(one), bodyOf(two), bodyOf(stream)];
  for (let i = 0; i < 60; i += 1) {
    for (const body of bodies) {
      assert.ok(body.arrives(MB / 100));
      body.isRead();
    }
  }
  for (const request of [one, two, stream]) request.end(200);
  assert.equal(admission.stats().bytesInFlight, 0);
});
