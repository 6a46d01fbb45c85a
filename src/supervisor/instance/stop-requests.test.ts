import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StopRequests } from './stop-requests.ts';

test('the same signal within a second of the last request is that request', () => {
  let nowMs = 5000;
  const repeated: NodeJS.Signals[] = [];
  const requests = new StopRequests(
    (signal) => repeated.push(signal),
    () => nowMs,
  );
  assert.equal(requests.isAsked, false);
  const after = (ms: number, signal: NodeJS.Signals): boolean => {
    nowMs += ms;
    return requests.isNew(signal);
  };
  assert.equal(after(0, 'SIGINT'), true);
  assert.equal(requests.isAsked, true);
  assert.equal(after(5, 'SIGINT'), false);
  // From the request on, not from its last repetition: a key that is held down gets through.
  assert.equal(after(990, 'SIGINT'), false);
  assert.equal(after(5, 'SIGINT'), true);
  assert.equal(after(999, 'SIGINT'), false);
  assert.deepEqual(repeated, ['SIGINT', 'SIGINT', 'SIGINT']);
});

test('another signal is another request', () => {
  const requests = new StopRequests(
    () => {},
    () => 0,
  );
  assert.deepEqual(
    (['SIGTERM', 'SIGINT', 'SIGTERM', 'SIGTERM'] as const).map((signal) => requests.isNew(signal)),
    [true, true, true, false],
  );
});
