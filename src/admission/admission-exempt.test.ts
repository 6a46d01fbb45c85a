import type { Admission } from './admission.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestInFlight } from './in-flight/request.ts';
import { resolvePolicy } from './policy.ts';

import { admissionWith, admitted, shed } from './admission-support.test.ts';

/** How many health checks were counted in each class. */
function assertHealthChecks(admission: Admission, expected: Readonly<Record<string, number>>): void {
  const checks = admission.stats().requests.filter(({ route }) => route === '/health');
  assert.deepEqual(
    Object.fromEntries(checks.map(({ criticality, count }) => [criticality, count])),
    expected,
  );
}

test('exempt routes are neither shed nor counted, but a drain waits for them', () => {
  const admission = admissionWith({ limit: 1 });
  admitted(admission.request('GET', '/', 0, {}));
  const health = admitted(admission.request('GET', '/health', 0, {}));
  assert.equal(admission.stats().inFlight, 1);
  assert.equal(admission.requests.count, 2);
  health.end(200);
  assert.equal(admission.requests.count, 1);
});

test('exempt requests past their limit are treated like others', () => {
  const admission = admissionWith({ limit: 1, exemptLimit: 2 });
  const exempt = [1, 2].map(() => admitted(admission.request('GET', '/health', 0, {})));
  assert.equal(admission.stats().inFlight, 0);
  const counted = admitted(admission.request('GET', '/health', 0, {}));
  assert.equal(admission.stats().inFlight, 1);
  assert.equal(shed(admission.request('GET', '/health', 0, {})).reason, 'in-flight');
  exempt[0]?.end(200);
  admitted(admission.request('GET', '/health', 0, {}));
  counted.end(200);
  assert.equal(admission.stats().inFlight, 0);
});

test('a route that turns out to be exempt counts to the limit of the exempt, and no longer when it ends', () => {
  const admission = admissionWith({ limit: 5, exemptLimit: 1 });
  const request = admitted(admission.request('GET', '/', 0, {}));
  request.reclassify(resolvePolicy('policy', { exempt: true }));
  admitted(admission.request('GET', '/health', 0, {})).end(200);
  assertHealthChecks(admission, { critical: 1 });
  request.end(200);
  admitted(admission.request('GET', '/health', 0, {})).end(200);
  assertHealthChecks(admission, { critical: 1, exempt: 1 });
});

test('a route that turns out to be exempt is served however late, and its place is given back', () => {
  const admission = admissionWith({ exemptLimit: 1 });
  const request = admitted(admission.request('GET', '/', 0, {}));
  assert.equal(request.reclassify(resolvePolicy('policy', { exempt: true })), undefined);
  admitted(admission.request('GET', '/health', 0, {})).end(200);
  assertHealthChecks(admission, { critical: 1 });
  request.end(200);
  admitted(admission.request('GET', '/health', 0, {})).end(200);
  assertHealthChecks(admission, { critical: 1, exempt: 1 });
});

test('exempt requests have a tenth of the time, and never outrank others', async () => {
  let nowMs = 0;
  const admission = admissionWith({}, () => nowMs);
  const before = { exempt: 0, critical: 0 };
  for (let turn = 0; turn < 200; turn += 1) {
    for (let i = 0; i < 3; i += 1) {
      const outcome = admission.request('GET', '/health', 0, {});
      if (!(outcome instanceof RequestInFlight)) continue;
      before[outcome.isExempt ? 'exempt' : 'critical'] += 1;
      nowMs += 2;
      outcome.end(200);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  // 0.1 s saved up, and a tenth of 1.2 s, of 2 ms each.
  assert.ok(before.exempt >= 90 && before.exempt <= 130, JSON.stringify(before));
  assert.ok(before.critical > 0);
});

test('a preflight of CORS is not shed, within the allowance of exempt requests', () => {
  const admission = admissionWith({ limit: 1, exemptLimit: 1 });
  admitted(admission.request('GET', '/', 0, {}));
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
  shed(admission.request('GET', '/', 0, headers));
  shed(admission.request('OPTIONS', '/', 0, { origin: 'https://app.example' }));
  admitted(admission.request('OPTIONS', '/', 0, headers));
  shed(admission.request('OPTIONS', '/', 0, headers));
});
