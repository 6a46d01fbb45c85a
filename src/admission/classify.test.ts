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
    const found = classifier.classify(method, target);
    assert.deepEqual([found.policy.criticality, found.route], [criticality, route]);
  });
}

test('a route that stands twice is refused by name', () => {
  assert.throws(() => createClassifier(resolveAdmissionOptions({ routes: { '/health': 'critical' } })), {
    code: 'RESPITE_OPTIONS_INVALID',
    message: /^admission\.exempt\[0\] "\/health" can't be used as a route: /,
  });
});

const SHEDDABLE = { criticality: 'sheddable', cost: 1 } as const;

test('a route of the framework is known with its policy, and without one by its label', () => {
  const { addRoute, classify, unnamed } = createClassifier(resolveAdmissionOptions());
  assert.ok(addRoute('POST /mail/:id', SHEDDABLE));
  assert.ok(addRoute('GET /mail/:id', undefined));
  assert.ok(addRoute('/any', SHEDDABLE));
  assert.deepEqual(classify('POST', '/mail/1'), { policy: SHEDDABLE, route: 'POST /mail/:id' });
  assert.deepEqual(classify('GET', '/mail/1'), { policy: unnamed.policy, route: 'GET /mail/:id' });
  assert.deepEqual(classify('PUT', '/any'), { policy: SHEDDABLE, route: '/any' });
  assert.equal(classify('PUT', '/mail/1'), unnamed);
});

test('a configured route wins over one of the framework, however exact', () => {
  const { addRoute, classify } = createClassifier(
    resolveAdmissionOptions({ routes: { '/mail/*': 'critical-plus' } }),
  );
  addRoute('POST /mail/:id', SHEDDABLE);
  addRoute('GET /:page', undefined);
  assert.equal(classify('POST', '/mail/1').route, '/mail/*');
  assert.equal(classify('GET', '/health').policy.criticality, 'exempt');
  assert.equal(classify('GET', '/about').route, 'GET /:page');
});

test('a policy may come after its route, and the first one stays', () => {
  const { addRoute, classify } = createClassifier(resolveAdmissionOptions());
  addRoute('GET /a', undefined);
  addRoute('GET /a', SHEDDABLE);
  addRoute('GET /a', { criticality: 'critical-plus', cost: 1 });
  addRoute('GET /a', undefined);
  assert.equal(classify('GET', '/a').policy, SHEDDABLE);
});

test('what cannot be used as a pattern is told, not thrown', () => {
  const { addRoute } = createClassifier(resolveAdmissionOptions());
  assert.ok(addRoute('GET /:a', undefined));
  assert.ok(!addRoute('GET /:b', undefined));
  assert.ok(!addRoute('NONSENSE /c', undefined));
  assert.ok(!addRoute('GET /a*b', undefined));
});

test('the first 200 templates are labels, the rest share one and keep their policy', () => {
  const { addRoute, classify, label } = createClassifier(resolveAdmissionOptions());
  for (let i = 0; i < 200; i += 1) assert.equal(label(`GET /${i}`), `GET /${i}`);
  assert.ok(addRoute('POST /mail', SHEDDABLE));
  assert.deepEqual(classify('POST', '/mail'), { policy: SHEDDABLE, route: '_OTHER' });
  assert.equal(label('GET /199'), 'GET /199');
  assert.equal(label('GET /200'), '_OTHER');
});
