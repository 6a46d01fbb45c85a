import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClassifier } from './classify.ts';
import { resolveAdmissionOptions } from './options.ts';

const classifier = createClassifier(
  resolveAdmissionOptions({
    routes: {
      'POST /boxes/:user/messages': 'sheddable',
      '/reports/*': 'sheddable-plus',
      'GET /reports/today': 'critical-plus',
      'PUT /health': 'sheddable',
    },
  }),
);

const CASES: readonly (readonly [method: string, target: string, criticality: string, route: string])[] = [
  ['POST', '/boxes/joe/messages', 'sheddable', 'POST /boxes/:user/messages'],
  ['POST', '/boxes/joe/messages?x=1', 'sheddable', 'POST /boxes/:user/messages'],
  ['POST', '/boxes/joe/messages/', 'sheddable', 'POST /boxes/:user/messages'],
  ['GET', '/boxes/joe/messages', 'critical', ''],
  ['DELETE', '/reports/1/2', 'sheddable-plus', '/reports/*'],
  ['GET', '/reports/today', 'critical-plus', 'GET /reports/today'],
  ['GET', '/', 'critical', ''],
  ['GET', '/health', 'exempt', '/health'],
  ['PUT', '/health', 'sheddable', 'PUT /health'],
  ['GET', '/health/ready?verbose', 'exempt', '/health/*'],
  ['HEAD', '/healthz', 'exempt', '/healthz'],
  ['GET', '/healthy', 'critical', ''],
  ['NONSENSE', '/', 'critical', ''],
  ['OPTIONS', '*', 'critical', ''],
  ['GET', '/%', 'critical', ''],
  ['GET', 'http://host/health', 'exempt', '/health'],
];

for (const [method, target, criticality, route] of CASES) {
  test(`${method} ${target} is ${criticality} by "${route}"`, () => {
    assert.deepEqual(classifier.classify(method, target), { criticality, route });
  });
}

test('a route that stands twice is refused by name', () => {
  assert.throws(() => createClassifier(resolveAdmissionOptions({ routes: { '/health': 'critical' } })), {
    code: 'RESPITE_OPTIONS_INVALID',
    message: /^admission\.exempt\[0\] "\/health" can't be used as a route: /,
  });
});
