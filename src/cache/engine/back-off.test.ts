import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequest, type CacheRequest } from '../policy/request.ts';
import { BackOff } from './back-off.ts';

const of = (path: string, fields: Record<string, string> = {}): CacheRequest =>
  readRequest('GET', `http://a.example${path}`, fields);
const quiet = (): BackOff => new BackOff(() => {});

/** Fails for this many resources, one after the other. */
function failing(backOff: BackOff, count: number, status: number | undefined, now: number): void {
  for (let i = 0; i < count; i += 1) {
    if (status === undefined) backOff.failed(of(`/failing/${i}`), now);
    else backOff.answered(of(`/failing/${i}`), status, 0, now);
  }
}

test('a resource that answers with trouble is not asked for a second, or as long as it says; others are', () => {
  const backOff = quiet();
  backOff.answered(of('/x'), 500, 0, 1000);
  backOff.answered(of('/y'), 429, 5000, 1000);
  assert.equal(backOff.advise(of('/x'), 1999), 'wait');
  assert.equal(backOff.advise(of('/x'), 2000), 'probe');
  assert.equal(backOff.advise(of('/y'), 5999), 'wait');
  assert.equal(backOff.advise(of('/z'), 1999), 'ask');
  assert.equal(backOff.advise(of('/x'), 62_000), 'ask', 'forgotten');
});

test('a resource whose body broke off is not asked for a second by those that can do without; others are', () => {
  const backOff = quiet();
  backOff.answered(of('/x'), 200, 0, 1000);
  backOff.brokeOff(of('/x'), 1000);
  assert.equal(backOff.advise(of('/x'), 1999), 'wait');
  assert.equal(backOff.advise(of('/x'), 2000), 'probe');
  assert.equal(backOff.advise(of('/y'), 1000), 'ask');
  assert.equal(backOff.refuse(of('/x'), 1000), undefined, 'nobody is left without an answer');
  backOff.brokeOff(of('/z', { range: 'bytes=0-1' }), 1000);
  assert.equal(backOff.advise(of('/z'), 1000), 'ask');
});

test('a request that is not plain teaches nothing by its status', () => {
  const backOff = quiet();
  for (const fields of [{ authorization: 'x' }, { range: 'bytes=0-1' }, { 'if-none-match': '"a"' }]) {
    backOff.answered(of('/x', fields), 429, 3_600_000, 1000);
    for (let i = 0; i < 5; i += 1) backOff.answered(of(`/${i}`, fields), 503, 0, 1000);
  }
  assert.equal(backOff.advise(of('/x'), 1000), 'ask');
  assert.equal(backOff.refuse(of('/x'), 1000), undefined);
});

test('an origin that cannot be reached is not asked for a second by those that can do without', () => {
  const backOff = quiet();
  backOff.failed(of('/x'), 1000);
  assert.equal(backOff.advise(of('/other'), 1999), 'wait');
  assert.equal(backOff.advise(of('/other'), 2000), 'probe');
  backOff.probing(of('/other'), 2000);
  assert.equal(backOff.advise(of('/other'), 2999), 'wait');
  backOff.answered(of('/other'), 200, 0, 3000);
  assert.equal(backOff.advise(of('/x'), 3000), 'ask');
});

test('a probe renews what was in trouble, not what was not', () => {
  const backOff = quiet();
  backOff.answered(of('/x'), 500, 0, 1000);
  backOff.probing(of('/x'), 2000);
  assert.equal(backOff.advise(of('/x'), 2999), 'wait');
  assert.equal(backOff.advise(of('/y'), 2000), 'ask');
});

test('a slow resource of an origin that answers others is the only one that is not asked', () => {
  const backOff = quiet();
  backOff.answered(of('/y'), 200, 0, 1500);
  backOff.late(of('/slow'), 1000, 2000);
  assert.equal(backOff.advise(of('/slow'), 2000), 'wait');
  assert.equal(backOff.advise(of('/y'), 2000), 'ask');
  backOff.late(of('/slow'), 1600, 2600);
  assert.equal(backOff.advise(of('/y'), 2600), 'wait', 'nothing has answered since');
});

for (const status of [undefined, 502, 503, 504]) {
  test(`an origin that fails by ${status ?? 'its transport'} three times in a row gets one miss a second`, () => {
    const backOff = quiet();
    failing(backOff, 2, status, 1000);
    assert.equal(backOff.refuse(of('/miss'), 1000), undefined);
    failing(backOff, 3, status, 1000);
    assert.deepEqual(backOff.refuse(of('/miss'), 1400), { status, retryMs: 600 });
    assert.equal(backOff.refuse(of('/miss'), 2000), undefined, 'the probe');
    for (let i = 0; i < 50; i += 1) assert.ok(backOff.refuse(of(`/${i}`), 2000 + i) !== undefined);
    backOff.answered(of('/miss'), 200, 0, 2100);
    for (let i = 0; i < 50; i += 1) assert.equal(backOff.refuse(of(`/${i}`), 2100), undefined);
  });
}

test('one resource that answers 503 again and again says nothing about its origin', () => {
  const backOff = quiet();
  for (let i = 0; i < 20; i += 1) backOff.answered(of('/x'), 503, 0, 1000 + i);
  assert.equal(backOff.refuse(of('/y'), 1020), undefined);
  assert.equal(backOff.advise(of('/y'), 1020), 'ask');
});

test('statuses of resources, such as 500 and 429, never close an origin', () => {
  const backOff = quiet();
  failing(backOff, 20, 500, 1000);
  failing(backOff, 20, 429, 1000);
  assert.equal(backOff.refuse(of('/y'), 1000), undefined);
});

test('resources that have failed themselves leave the probe to others, for a moment', () => {
  const backOff = quiet();
  failing(backOff, 3, 503, 1000);
  backOff.answered(of('/bad'), 503, 0, 1500);
  assert.ok(backOff.refuse(of('/bad'), 2100) !== undefined);
  assert.equal(backOff.refuse(of('/good'), 2101), undefined);
  const alone = quiet();
  failing(alone, 3, 503, 1000);
  alone.answered(of('/bad'), 503, 0, 1500);
  assert.equal(alone.refuse(of('/bad'), 2250), undefined);
});

test('while an origin hangs, ten wait for it', () => {
  const backOff = quiet();
  for (let i = 0; i < 9; i += 1) backOff.sent(of(`/${i}`));
  backOff.late(of('/0'), 0, 1000);
  assert.equal(backOff.refuse(of('/miss'), 1001), undefined);
  backOff.sent(of('/miss'));
  assert.ok(backOff.refuse(of('/other'), 1002) !== undefined);
  backOff.settled(of('/miss'));
  assert.equal(backOff.refuse(of('/other'), 1003), undefined);
  for (let i = 0; i < 20; i += 1) backOff.sent(of(`/${i}`));
  backOff.answered(of('/0'), 200, 0, 1004);
  assert.equal(backOff.refuse(of('/other'), 1005), undefined, 'it hangs no more');
});

test('a request that is late does not shorten what the origin has asked for', () => {
  const backOff = quiet();
  backOff.answered(of('/x'), 503, 7000, 1000);
  backOff.late(of('/x'), 0, 2000);
  assert.equal(backOff.advise(of('/x'), 7999), 'wait');
});

test('what begins and is renewed is reported with its name and how long it lasts', () => {
  const reported: unknown[] = [];
  const backOff = new BackOff((name, pauseMs) => reported.push([name, pauseMs]));
  backOff.answered(of('/x'), 503, 7000, 1000);
  backOff.failed(of('/x'), 1000);
  backOff.late(of('/x'), 1000, 1000);
  assert.deepEqual(reported, [
    ['http://a.example/x', 7000],
    ['http://a.example', 1000],
    ['http://a.example', 1000],
  ]);
});
