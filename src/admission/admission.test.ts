import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Admission } from './admission.ts';
import { resolveAdmissionOptions } from './options.ts';
import { aloneHost } from './host.ts';
import { UNKNOWN_LENGTH } from './in-flight/body.ts';
import { RequestInFlight } from './in-flight/request.ts';
import { NOT_ANNOUNCED, type RequestObserver } from './observer.ts';
import { resolvePolicy } from './policy.ts';

import { admissionWith, bodyOf, admitted, shed } from './admission-support.test.ts';

test('past the limit everything is refused with 503, until one is released', () => {
  const admission = admissionWith({ limit: 2 });
  const first = admitted(admission.request('GET', '/', 0, {}));
  admitted(admission.request('GET', '/', 0, {}));
  const { status, reason } = shed(admission.request('GET', '/', 0, {}));
  assert.deepEqual([status, reason], [503, 'in-flight']);
  first.end(200);
  admitted(admission.request('GET', '/', 0, {}));
});

test('sheddable is refused with 429 from 0.85, the others with 503 once full', () => {
  const admission = admissionWith({ limit: 20, routes: { 'POST /mail': 'sheddable' } });
  for (let i = 0; i < 17; i += 1) admitted(admission.request('POST', '/mail', 0, {}));
  assert.equal(shed(admission.request('POST', '/mail', 0, {})).status, 429);
  for (let i = 17; i < 20; i += 1) admitted(admission.request('GET', '/', 0, {}));
  assert.equal(shed(admission.request('POST', '/mail', 0, {})).status, 429);
  assert.equal(shed(admission.request('GET', '/', 0, {})).status, 503);
});

test("the status of a class is the user's to say", () => {
  const admission = admissionWith({
    limit: 1,
    routes: { 'POST /mail': 'sheddable' },
    statuses: { sheddable: 503, critical: 429 },
  });
  admitted(admission.request('GET', '/', 0, {}));
  assert.equal(shed(admission.request('POST', '/mail', 0, {})).status, 503);
  assert.equal(shed(admission.request('GET', '/', 0, {})).status, 429);
});

test('dry run lets everything through and counts what it would have shed', () => {
  const admission = admissionWith({ limit: 1, dryRun: true });
  admitted(admission.request('GET', '/', 0, {}));
  admitted(admission.request('GET', '/', 0, {}));
  assert.deepEqual(
    admission.stats().requests.map(({ decision, reason, count }) => [decision, reason, count]),
    [
      ['admitted', '', 1],
      ['would-shed', 'in-flight', 1],
    ],
  );
});

test('a dry run that begins while the server runs leaves what was counted before', () => {
  let dryRun: boolean | undefined;
  const host = {
    ...aloneHost(),
    get dryRun() {
      return dryRun;
    },
  };
  const admission = new Admission(resolveAdmissionOptions({ limit: 1 }), undefined, host);
  admitted(admission.request('GET', '/', 0, {}));
  shed(admission.request('GET', '/', 0, {}));
  dryRun = true;
  admitted(admission.request('GET', '/', 0, {}));
  dryRun = false;
  shed(admission.request('GET', '/', 0, {}));
  assert.deepEqual(
    admission.stats().requests.map(({ decision, count }) => [decision, count]),
    [
      ['admitted', 1],
      ['shed', 2],
      ['would-shed', 1],
    ],
  );
});

test('every ending is observed once, also that of a shed request; a beginning only where there is one', () => {
  const seen: [number, string, number][] = [];
  const started: string[] = [];
  const observer: RequestObserver = {
    started: (method, target) => started.push(`${method} ${target}`),
    answering: () => 7,
    ended: (announced, _route, method, status) => seen.push([announced, method, status]),
  };
  const admission = admissionWith({ limit: 1 }, undefined, { observer });
  const request = admitted(admission.request('GET', '/', 0, {}));
  shed(admission.request('PUT', '/', 0, {}));
  request.answers(204);
  request.answers(500);
  request.end(204);
  request.end(500);
  request.answers(500);
  admission.stats();
  assert.deepEqual(seen, [
    [NOT_ANNOUNCED, 'PUT', 503],
    [7, 'GET', 204],
  ]);
  assert.deepEqual(started, ['GET /']);
});

test('while counts are written late, an answer is announced at the end of its turn, unless it has ended by then', () => {
  const seen: string[] = [];
  const observer: RequestObserver = {
    isLate: true,
    started: () => {},
    answering: (_route, method, status) => seen.push(`answering ${method} ${status}`),
    ended: (announced, _route, method) =>
      seen.push(`ended ${method} ${announced === NOT_ANNOUNCED ? 'unannounced' : 'announced'}`),
  };
  let nowMs = 0;
  const admission = admissionWith({}, () => nowMs, { observer });
  const stream = admitted(admission.request('GET', '/', 0, {}));
  const short = admitted(admission.request('PUT', '/', 0, {}));
  stream.answers(206);
  short.answers(204);
  assert.ok(stream.hasBegun && short.hasBegun);
  short.end(204);
  assert.deepEqual(seen, []);
  nowMs = 1;
  admission.stats();
  assert.deepEqual(seen, ['answering GET 206', 'ended PUT unannounced']);
  stream.end(206);
  admission.stats();
  assert.equal(seen.at(-1), 'ended GET announced');
});

test('what has ended is settled with the time of the next reading, also when the turn goes on', () => {
  const took: number[] = [];
  const observer: RequestObserver = {
    started: () => {},
    answering: () => 0,
    ended: (_announced, _route, _method, _status, seconds) => took.push(Math.round(seconds * 1e6) / 1e3),
  };
  let nowMs = 0;
  const admission = admissionWith({}, () => nowMs, { observer });
  for (const arrivesMs of [0, 0.1, 0.2, 0.3]) {
    nowMs = arrivesMs;
    admitted(admission.request('GET', '/', 0, {})).end(200);
  }
  assert.deepEqual(took, [], 'short handlers wait for the end of the turn');
  nowMs = 5;
  admitted(admission.request('GET', '/', 0, {})).end(200);
  assert.deepEqual(took, [4.7, 0.1, 0.1, 0.1], 'a long one does not');
});

test('what has been done: exempt requests and shed ones are none of it', () => {
  const admission = admissionWith({ limit: 1, exempt: ['/healthz'] });
  const request = admitted(admission.request('GET', '/', 0, {}));
  shed(admission.request('GET', '/', 0, {}));
  admitted(admission.request('GET', '/healthz', 0, {})).end(200);
  admission.stats();
  assert.equal(admission.requests.completed, 0);
  request.end(500);
  request.end(500);
  admission.stats();
  assert.equal(admission.requests.completed, 1);
});

test('whatever comes and goes: limits hold, and nothing is left when all has ended', () => {
  const arrival = fc.record({
    sheddable: fc.boolean(),
    bodyBytes: fc.constantFrom(UNKNOWN_LENGTH, 0, 10_000, 300_000, 990_000, 2_500_000),
    release: fc.array(fc.nat({ max: 5 }), { maxLength: 3 }),
    arrives: fc.nat({ max: 600_000 }),
    late: fc.constantFrom(undefined, 'sheddable' as const, { cost: 2.3 }, { exempt: true }),
  });
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 60 }), (arrivals) => {
      const admission = admissionWith({
        limit: 7,
        bodyBudgetBytes: 1_000_000,
        routes: { '/mail': 'sheddable' },
      });
      const requests: RequestInFlight[] = [];
      for (const { sheddable, bodyBytes, release, arrives, late } of arrivals) {
        const outcome = admission.request('POST', sheddable ? '/mail' : '/', bodyBytes, {});
        const { inFlight } = admission.stats();
        assert.ok(inFlight <= (sheddable && outcome instanceof RequestInFlight ? 6 : 7));
        if (outcome instanceof RequestInFlight) {
          requests.push(outcome);
          if (bodyBytes !== 0 && !bodyOf(outcome).arrives(arrives)) outcome.admission.overran(outcome);
          if (late !== undefined) outcome.reclassify(resolvePolicy('policy', late));
        }
        for (const index of release) requests[index]?.end(200);
      }
      for (const request of requests) request.end(200);
      const { inFlight, bytesInFlight } = admission.stats();
      assert.deepEqual([inFlight, bytesInFlight, admission.requests.count], [0, 0, 0]);
    }),
  );
});

test('a request takes its cost of the limit and gives it back', () => {
  const admission = admissionWith({ limit: 8, routes: { '/report': { cost: 5 }, '/half': { cost: 0.1 } } });
  const report = admitted(admission.request('GET', '/report', 0, {}));
  assert.equal(admission.stats().inFlight, 5);
  const { status, reason } = shed(admission.request('GET', '/report', 0, {}));
  assert.deepEqual([status, reason], [503, 'in-flight']);
  const rest = [1, 2, 3].map(() => admitted(admission.request('GET', '/', 0, {})));
  shed(admission.request('GET', '/half', 0, {}));
  for (const request of [report, ...rest]) request.end(200);
  const halves = [1, 2, 3].map(() => admitted(admission.request('GET', '/half', 0, {})));
  for (const request of halves) request.end(200);
  assert.equal(admission.stats().inFlight, 0, 'fractions leave nothing behind');
});

test('a cost above the whole limit runs alone', () => {
  const admission = admissionWith({ limit: 2, routes: { '/report': { cost: 5 } } });
  const report = admitted(admission.request('GET', '/report', 0, {}));
  shed(admission.request('GET', '/', 0, {}));
  report.end(200);
  const other = admitted(admission.request('GET', '/', 0, {}));
  shed(admission.request('GET', '/report', 0, {}));
  other.end(200);
});

test('a class whose threshold is 0 is never let in, not even alone', () => {
  const admission = admissionWith({ thresholds: { sheddable: 0 }, routes: { '/mail': 'sheddable' } });
  assert.equal(shed(admission.request('GET', '/mail', 0, {})).status, 429);
});
