import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admission } from './admission.ts';
import type { Answering } from './in-flight/progress.ts';
import { RequestInFlight } from './in-flight/request.ts';
import { resolveAdmissionOptions } from './options.ts';
import { resolvePolicy } from './policy.ts';
import type { Shed } from './shed/shed.ts';

import { admissionWith, admitted, shed } from './admission-support.test.ts';

test('an adaptive limit grows while requests complete as fast as ever, and what the client left does not count', () => {
  let nowMs = 0;
  const admission = new Admission(
    resolveAdmissionOptions({ limit: 'adaptive', adaptiveLimit: { initialLimit: 8 }, turnBudget: false }),
    () => nowMs,
  );
  const limit = (): number => admission.stats().limit;
  const round = (isComplete: boolean, mayBurst: boolean = false): void => {
    const requests: RequestInFlight[] = [];
    for (let i = 0; i < 5 * limit(); i += 1) {
      const outcome = admission.request('GET', '/', 0, {});
      if (outcome instanceof RequestInFlight) requests.push(outcome);
      else assert.equal(outcome.reason, 'in-flight');
    }
    assert.equal(requests.length, mayBurst ? 3 * limit() : limit());
    nowMs += 20;
    for (const request of requests) request.end(200, isComplete);
  };
  round(false, true);
  for (let i = 0; i < 5; i += 1) round(false);
  assert.equal(limit(), 8);
  for (let i = 0; i < 50; i += 1) round(true);
  assert.ok(limit() > 8, String(limit()));
});

test('connections that leave HTTP teach the adaptive limit nothing', () => {
  let nowMs = 0;
  const adaptive = { limit: 'adaptive', adaptiveLimit: { initialLimit: 8 }, turnBudget: false } as const;
  const admission = admissionWith(adaptive, () => nowMs);
  for (let round = 0; round < 50; round += 1) {
    const requests: RequestInFlight[] = [];
    for (let i = 0; i < 12; i += 1) {
      const outcome = admission.request('GET', '/', 0, {});
      if (outcome instanceof RequestInFlight) requests.push(outcome);
    }
    nowMs += 20;
    for (const request of requests) request.end(101);
  }
  assert.equal(admission.stats().limit, 8);
});

const ADAPTIVE = { limit: 'adaptive', adaptiveLimit: { initialLimit: 8 }, turnBudget: false } as const;

/** What the gate finds on a response. */
function answering(
  request: RequestInFlight,
  seen: { headersSent: boolean; writableEnded: boolean; _header: string },
): void {
  request.answering = seen as unknown as NonNullable<RequestInFlight['answering']>;
}

test('an adaptive limit counts no stream of events, a fixed one counts everything', () => {
  for (const [options, admittedOf100] of [
    [ADAPTIVE, 100],
    [{ limit: 8 }, 8],
  ] as const) {
    let nowMs = 0;
    const admission = admissionWith({ ...options, turnBudget: false }, () => nowMs);
    let count = 0;
    for (let i = 0; i < 100; i += 1) {
      nowMs += 0.1;
      const outcome = admission.request('GET', '/events', 0, {});
      if (!(outcome instanceof RequestInFlight)) continue;
      count += 1;
      const _header = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
      answering(outcome, { headersSent: true, writableEnded: false, _header });
    }
    assert.equal(count, admittedOf100);
    assert.equal(admission.requests.count, admittedOf100, 'a drain waits for them');
    nowMs += 100;
    assert.equal(admission.stats().inFlight, options.limit === 'adaptive' ? 0 : 8);
  }
});

test('long polls leave the queue when others are in need of their places, and are given back once', () => {
  let nowMs = 0;
  const admission = admissionWith(ADAPTIVE, () => nowMs);
  const polls = Array.from({ length: 8 }, () => admitted(admission.request('GET', '/poll', 0, {})));
  nowMs = 500;
  assert.ok(!(admission.request('GET', '/', 0, {}) instanceof RequestInFlight));
  nowMs = 1001;
  const other = admitted(admission.request('GET', '/', 0, {}));
  assert.equal(admission.stats().inFlight, 1);
  for (const poll of polls) {
    assert.equal(poll.reclassify(resolvePolicy('policy', { cost: 3 })), undefined);
    poll.end(200);
    poll.end(200);
  }
  assert.equal(admission.requests.count, 1);
  other.end(200);
  const { inFlight, bytesInFlight } = admission.stats();
  assert.deepEqual([inFlight, bytesInFlight, admission.requests.count], [0, 0, 0]);
});

test('bodies that run over the budget teach the adaptive limit nothing', () => {
  let nowMs = 0;
  const admission = admissionWith(ADAPTIVE, () => nowMs);
  for (let round = 0; round < 50; round += 1) {
    const requests: RequestInFlight[] = [];
    for (let i = 0; i < 5 * admission.stats().limit; i += 1) {
      const outcome = admission.request('GET', '/', 0, {});
      if (outcome instanceof RequestInFlight) requests.push(outcome);
    }
    nowMs += 20;
    requests.forEach((request, i) => {
      if (i % 4 > 0) request.admission.overran(request);
      request.end(i % 4 > 0 ? 503 : 200);
    });
  }
  assert.ok(admission.stats().limit > 8, String(admission.stats().limit));
  assert.equal(admission.stats().inFlight, 0);
});

test('a dry run under a flood leaves the limit a sensible one', () => {
  let nowMs = 0;
  const admission = admissionWith({ ...ADAPTIVE, dryRun: true }, () => nowMs);
  const waiting: RequestInFlight[] = [];
  for (; nowMs < 20_000; nowMs += 1) {
    // One ends each millisecond, two come.
    waiting.push(
      admitted(admission.request('GET', '/', 0, {})),
      admitted(admission.request('GET', '/', 0, {})),
    );
    waiting.shift()?.end(200);
  }
  assert.ok(admission.stats().limit >= 8, String(admission.stats().limit));
  assert.ok(admission.stats().limit <= 1000, String(admission.stats().limit));
});

test('where requests take minutes, refusing the lower class never reaches the higher one while there is room', () => {
  let nowMs = 0;
  const admission = new Admission(
    resolveAdmissionOptions({ limit: 100, turnBudget: false, routes: { '/mail': 'sheddable' } }),
    () => nowMs,
  );
  const ask = (target: string): RequestInFlight | Shed => {
    nowMs += 5;
    return admission.request('GET', target, 0, {});
  };
  for (let i = 0; i < 90; i += 1) admitted(ask('/'));
  for (let i = 0; i < 2000; i += 1) {
    assert.equal(shed(ask('/mail')).status, 429);
    if (i % 200 === 0) admitted(ask('/'));
  }
  assert.equal(admission.stats().inFlight, 100);
});

/** A response that is not yet sent, to a request whose body arrives when it is said to. */
function awaiting(request: RequestInFlight): { complete: boolean } {
  const req = { complete: false, url: '/' };
  request.answering = { req, headersSent: false, writableEnded: false } as unknown as Answering;
  return req;
}

test('clients that never send their bodies neither take places of the adaptive limit nor lower it', () => {
  let nowMs = 0;
  const admission = admissionWith({ turnBudget: false }, () => nowMs);
  const held: { request: RequestInFlight; endsMs: number }[] = [];
  let served = 0;
  let asked = 0;
  for (; nowMs < 20_000; nowMs += 1) {
    // 40 clients that wait 450 ms each, and 50 requests a second that take 5 ms.
    while (held.length > 0 && (held[0]?.endsMs ?? 0) <= nowMs) held.shift()?.request.end(200, false);
    if (nowMs % 5 === 0 && held.length < 40) {
      const outcome = admission.request('POST', '/', 1000, {});
      if (outcome instanceof RequestInFlight) {
        awaiting(outcome);
        held.push({ request: outcome, endsMs: nowMs + 450 });
      }
    }
    if (nowMs % 20 !== 0) continue;
    asked += 1;
    const outcome = admission.request('GET', '/', 0, {});
    if (!(outcome instanceof RequestInFlight)) continue;
    served += 1;
    nowMs += 5;
    outcome.end(200);
  }
  assert.ok(served >= 0.95 * asked, `${served} of ${asked}`);
  assert.ok(admission.stats().limit >= 32, String(admission.stats().limit));
});

test('clients that reset their requests at once teach the adaptive limit nothing', () => {
  let nowMs = 0;
  const admission = admissionWith({ turnBudget: false, priority: false }, () => nowMs);
  const held: { request: RequestInFlight; endsMs: number }[] = [];
  // 1000 requests a second that are reset after 20 ms: 20 of 32 in flight, and none is ever answered.
  for (; nowMs < 20_000; nowMs += 1) {
    while (held.length > 0 && (held[0]?.endsMs ?? 0) <= nowMs) held.shift()?.request.end(200, false);
    held.push({ request: admitted(admission.request('GET', '/', 0, {})), endsMs: nowMs + 20 });
  }
  assert.ok(admission.stats().limit >= 32, String(admission.stats().limit));
});

test('a request whose body comes late takes its place when it has come', () => {
  let nowMs = 0;
  const options = { limit: 'adaptive', adaptiveLimit: { initialLimit: 4 }, turnBudget: false } as const;
  const admission = admissionWith(options, () => nowMs);
  const late = admitted(admission.request('POST', '/', 1000, {}));
  const message = awaiting(late);
  nowMs = 200;
  admission.stats();
  assert.equal(admission.stats().inFlight, 0);
  message.complete = true;
  nowMs = 400;
  assert.equal(admission.stats().inFlight, 1);
  late.end(200);
  assert.equal(admission.stats().inFlight, 0);
});
