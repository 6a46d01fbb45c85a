import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admission, resolveAdmissionOptions, resolvePolicy } from '../admission/index.ts';
import { declare, declaredBy } from './declared.ts';
import { learnRoutes, requestFor } from './enter.ts';

test('without protection there is no request in flight, and a warning is printed once', async () => {
  const warnings: (Error & { code?: string })[] = [];
  const onWarning = (warning: Error): number => warnings.push(warning);
  process.on('warning', onWarning);
  assert.equal(requestFor({}), undefined);
  assert.equal(requestFor({ stream: {} }), undefined);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['RESPITE_UNPROTECTED'],
  );
});

test('routes are read once for each application and admission', () => {
  const admissions = [1, 2].map(() => new Admission(resolveAdmissionOptions()));
  const apps = [{}, {}];
  let reads = 0;
  for (const admission of [...admissions, ...admissions]) {
    for (const app of apps) {
      learnRoutes(admission, app, (owner) => {
        assert.equal(owner, app);
        reads += 1;
        return [];
      });
    }
  }
  assert.equal(reads, 4);
});

test('past a route that is no pattern, only routes without parameters are known', () => {
  const admission = new Admission(resolveAdmissionOptions({ exempt: [] }));
  const policy = resolvePolicy('policy', 'sheddable');
  const method = 'GET';
  learnRoutes(admission, {}, () => [
    { method, template: '/a/:b', policy },
    { method, template: '/:id{[0-9]+}', policy: undefined },
    { method, template: '/:name', policy },
    { method, template: '/c', policy },
  ]);
  for (const target of ['/a/1', '/c', '/7']) admission.request('GET', target, 0, {});
  assert.deepEqual(
    admission.stats().requests.map(({ criticality, route }) => [criticality, route]),
    [
      ['sheddable', 'GET /a/:b'],
      ['sheddable', 'GET /c'],
      ['critical', ''],
    ],
  );
});

test('a middleware carries its policy to those who read routes', () => {
  const other = (): void => {};
  const middleware = declare({ interactive: false, costly: true }, () => () => {});
  assert.deepEqual(
    declaredBy([other, undefined, middleware]),
    resolvePolicy('policy', { criticality: 'sheddable-plus' }),
  );
  assert.equal(declaredBy([other]), undefined);
});

test('a policy that breaks the rules is refused where it is written', () => {
  assert.throws(() => declare({ cost: -1 }, () => () => {}), {
    code: 'RESPITE_OPTIONS_INVALID',
    message: 'policy.cost must be a number greater than 0, got -1',
  });
});
