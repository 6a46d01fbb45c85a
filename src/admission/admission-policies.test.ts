import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { type RequestObserver } from './observer.ts';
import { resolvePolicy } from './policy.ts';

import { admissionWith, bodyOf, admitted, shed } from './admission-support.test.ts';

test('a cost is asked of the headers; what is no cost counts as 1 and is warned of once', async () => {
  const results: unknown[] = [3, 'much', Number.NaN, 0, -1, Infinity];
  const cost = (headers: IncomingHttpHeaders): number => {
    const at = Number(headers['x-at']);
    if (at >= results.length) throw new Error('no cost');
    return results[at] as number;
  };
  const admission = admissionWith({ limit: 20, routes: { '/report': { cost } } });
  const warned = once(process, 'warning');
  const taken = [0, 1, 2, 3, 4, 5, 6].map((at) => {
    const before = admission.stats().inFlight;
    admitted(admission.request('GET', '/report', 0, { 'x-at': String(at) }));
    return admission.stats().inFlight - before;
  });
  assert.deepEqual(taken, [3, 1, 1, 1, 1, 1, 1]);
  const [warning] = (await warned) as [Error & { code: string }];
  assert.equal(warning.code, 'RESPITE_COST_INVALID');
  assert.equal(
    warning.message,
    'The cost function of /report returned much, not a number greater than 0. Counted as 1.',
  );
});

test('a caller that waits no longer is answered at once; the others carry their deadline', () => {
  const admission = admissionWith({ routes: { '/a': { deadlineMs: 500 } } });
  const { status, reason } = shed(admission.request('GET', '/', 0, { 'respite-deadline-ms': '0' }));
  assert.deepEqual([status, reason], [503, 'deadline']);
  shed(admission.request('GET', '/a', 0, { 'respite-deadline-ms': '-20' }));
  admitted(admission.request('GET', '/health', 0, { 'respite-deadline-ms': '0' }));
  const deadline = (target: string, header?: string): number | undefined =>
    admitted(
      admission.request('GET', target, 0, header === undefined ? {} : { 'respite-deadline-ms': header }),
    ).deadlineMs;
  assert.equal(deadline('/'), undefined);
  assert.equal(deadline('/', '40'), 40);
  assert.equal(deadline('/a', '40'), 40);
  assert.equal(deadline('/a', '4000'), 500);
  assert.equal(deadline('/a', 'soon'), 500);
  const reasons = admission.stats().requests.map(({ decision: made, reason: why }) => [made, why]);
  assert.ok(reasons.some(([made, why]) => made === 'shed' && why === 'deadline'));
});

const SHEDDABLE = resolvePolicy('policy', 'sheddable');

test('a request whose policy is found later is decided again, as if it were not in flight', () => {
  const admission = admissionWith({ limit: 20 });
  const requests = Array.from({ length: 17 }, () => admitted(admission.request('POST', '/mail', 0, {})));
  assert.equal(requests[0]?.reclassify(SHEDDABLE), undefined, 'the seventeenth of 17 places is its own');
  const late = admitted(admission.request('POST', '/mail', 0, {}));
  const { status, reason } = late.reclassify(SHEDDABLE) ?? {};
  assert.deepEqual([status, reason], [429, 'in-flight']);
  assert.equal(late.reclassify(SHEDDABLE), undefined, 'decided once');
  assert.equal(admission.stats().inFlight, 17, 'what is shed holds nothing');
  assert.equal(admission.requests.count, 18, 'but a drain waits for its answer');
  late.end(429);
  assert.equal(admission.stats().inFlight, 17);
});

test('a policy found later brings its cost, its deadline, its exemption', () => {
  const admission = admissionWith({ limit: 20, bodyBudgetBytes: 100 });
  const report = admitted(admission.request('GET', '/', 0, { 'respite-deadline-ms': '2000000' }));
  report.reclassify(resolvePolicy('policy', { cost: 4, deadlineMs: 1e6 }));
  assert.equal(admission.stats().inFlight, 4);
  assert.equal(report.deadlineMs, 1e6);
  const exempt = admitted(admission.request('POST', '/', 60_000, {}));
  const body = bodyOf(exempt);
  assert.equal(exempt.reclassify(resolvePolicy('policy', { exempt: true })), undefined);
  assert.deepEqual([admission.stats().inFlight, admission.stats().bytesInFlight], [4, 0]);
  assert.ok(body.arrives(60_000));
  exempt.end(200);
  report.end(200);
  assert.deepEqual([admission.stats().inFlight, admission.stats().bytesInFlight], [0, 0]);
  assert.equal(exempt.reclassify(SHEDDABLE), undefined, 'over is over');
});

test('what configuration decided stays, and a known label too', () => {
  const admission = admissionWith({ limit: 1, routes: { '/mail': 'critical' } });
  const request = admitted(admission.request('POST', '/mail', 0, {}));
  assert.equal(request.reclassify(SHEDDABLE), undefined);
  assert.equal(request.policy.criticality, 'critical');
  request.label('POST /:any');
  assert.equal(request.route, '/mail');
});

test('a label found later is that of the duration; the count was made without', () => {
  const routes: string[] = [];
  const observer: RequestObserver = {
    started: () => {},
    answering: () => 0,
    ended: (_announced, route) => routes.push(route),
  };
  const admission = admissionWith({}, undefined, { observer });
  const request = admitted(admission.request('GET', '/users/1', 0, {}));
  request.label('GET /users/:id');
  request.end(200);
  admission.stats();
  assert.deepEqual(routes, ['GET /users/:id']);
  assert.deepEqual(
    admission.stats().requests.map(({ route, count }) => [route, count]),
    [['', 1]],
  );
});

test('a trusted caller says how much its request matters', () => {
  const admission = admissionWith({ criticalityHeader: { from: ['10.0.0.1'] } });
  const headers = { 'respite-criticality': 'sheddable' };
  admitted(admission.request('GET', '/', 0, headers, { remoteAddress: '10.0.0.1' }));
  admitted(admission.request('GET', '/', 0, headers, { remoteAddress: '10.0.0.2' }));
  assert.deepEqual(
    admission.stats().requests.map(({ criticality, count }) => [criticality, count]),
    [
      ['sheddable', 1],
      ['critical', 1],
    ],
  );
});
