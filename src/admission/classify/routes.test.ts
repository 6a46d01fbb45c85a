import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRoutes } from './routes.ts';
import { resolveAdmissionOptions } from '../options.ts';

const routes = createRoutes(
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
  ['GET', '/health/ready?verbose', 'exempt', '/health/ready'],
  ['GET', '/health/other', 'critical', ''],
  ['HEAD', '/reports/today', 'critical-plus', 'GET /reports/today'],
  ['POST', `/boxes/${'j'.repeat(5000)}/messages`, 'sheddable', 'POST /boxes/:user/messages'],
  ['HEAD', '/healthz', 'exempt', '/healthz'],
  ['GET', '/healthy', 'critical', ''],
  ['NONSENSE', '/', 'critical', ''],
  ['GET', '/%68ealth', 'exempt', '/health'],
  ['GET', 'http://a/health', 'exempt', '/health'],
  ['GET', '/?health', 'critical', ''],
  ['GET', '/zz', 'critical', ''],
  ['OPTIONS', '*', 'critical', ''],
  ['GET', '/%', 'critical', ''],
  ['GET', 'http://host/health', 'exempt', '/health'],
];

for (const [method, target, criticality, route] of CASES) {
  test(`${method} ${target} is ${criticality} by "${route}"`, () => {
    const found = routes.find(method, target);
    assert.deepEqual([found.policy.criticality, found.route], [criticality, route]);
  });
}

test('a route that stands twice is refused by name', () => {
  assert.throws(() => createRoutes(resolveAdmissionOptions({ routes: { '/health': 'critical' } })), {
    code: 'RESPITE_OPTIONS_INVALID',
    message: /^admission\.exempt\[0\] "\/health" can't be used as a route: /,
  });
});

const SHEDDABLE = { criticality: 'sheddable', cost: 1 } as const;

test('a route of the framework is known with its policy, and without one by its label', () => {
  const { add, find, unnamed } = createRoutes(resolveAdmissionOptions());
  assert.ok(add('POST /mail/:id', SHEDDABLE));
  assert.ok(add('GET /mail/:id', undefined));
  assert.ok(add('/any', SHEDDABLE));
  assert.deepEqual(find('POST', '/mail/1'), { policy: SHEDDABLE, route: 'POST /mail/:id' });
  assert.deepEqual(find('GET', '/mail/1'), { policy: unnamed.policy, route: 'GET /mail/:id' });
  assert.deepEqual(find('PUT', '/any'), { policy: SHEDDABLE, route: '/any' });
  assert.equal(find('PUT', '/mail/1'), unnamed);
  assert.equal(find('HEAD', '/mail/1').route, 'GET /mail/:id');
});

test('a configured route wins over one of the framework, however exact', () => {
  const { add, find } = createRoutes(resolveAdmissionOptions({ routes: { '/mail/*': 'critical-plus' } }));
  add('POST /mail/:id', SHEDDABLE);
  add('GET /:page', undefined);
  assert.equal(find('POST', '/mail/1').route, '/mail/*');
  assert.equal(find('GET', '/health').policy.criticality, 'exempt');
  assert.equal(find('GET', '/about').route, 'GET /:page');
});

test('a policy may come after its route, and the first one stays', () => {
  const { add, find } = createRoutes(resolveAdmissionOptions());
  add('GET /a', undefined);
  add('GET /a', SHEDDABLE);
  add('GET /a', { criticality: 'critical-plus', cost: 1 });
  add('GET /a', undefined);
  assert.equal(find('GET', '/a').policy, SHEDDABLE);
});

test('what cannot be used as a pattern is told, not thrown', () => {
  const { add } = createRoutes(resolveAdmissionOptions());
  assert.ok(add('GET /:a', undefined));
  assert.ok(!add('GET /:b', undefined));
  assert.ok(!add('NONSENSE /c', undefined));
  assert.ok(!add('GET /a*b', undefined));
});

test('the first 200 templates are labels, the rest share one and keep their policy', () => {
  const { add, find, label } = createRoutes(resolveAdmissionOptions());
  for (let i = 0; i < 200; i += 1) assert.equal(label(`GET /${i}`), `GET /${i}`);
  assert.ok(add('POST /mail', SHEDDABLE));
  assert.deepEqual(find('POST', '/mail'), { policy: SHEDDABLE, route: '_OTHER' });
  assert.equal(label('GET /199'), 'GET /199');
  assert.equal(label('GET /200'), '_OTHER');
});

test('a path of any character reaches a pattern that begins with a parameter, and the root is one of its own', () => {
  const { add, find } = createRoutes(resolveAdmissionOptions({ exempt: [] }));
  add('GET /', undefined);
  assert.equal(find('GET', '/').route, 'GET /');
  assert.equal(find('GET', '/?a').route, 'GET /');
  assert.equal(find('GET', '/x').route, '');
  add('GET /:page', undefined);
  assert.equal(find('GET', '/x').route, 'GET /:page');
  assert.equal(find('GET', '/é').route, 'GET /:page');
});
