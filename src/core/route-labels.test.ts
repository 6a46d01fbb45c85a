import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_ROUTES, OTHER_ROUTE, RouteLabels } from './route-labels.ts';

test('the first routes are labels of their own forever, all later ones share one', () => {
  const labels = new RouteLabels();
  for (let i = 0; i < MAX_ROUTES; i += 1) assert.equal(labels.of(`GET /${i}`), `GET /${i}`);
  assert.equal(labels.isFolding, false);
  assert.equal(labels.of('GET /more'), OTHER_ROUTE);
  assert.equal(labels.isFolding, true);
  assert.equal(labels.of(`GET /${MAX_ROUTES - 1}`), `GET /${MAX_ROUTES - 1}`);
});

test('no route is no label, and takes no place', () => {
  const labels = new RouteLabels();
  for (const route of ['', OTHER_ROUTE]) assert.equal(labels.of(route), route);
  for (let i = 0; i < MAX_ROUTES; i += 1) labels.of(`/${i}`);
  assert.equal(labels.isFolding, false);
  assert.equal(labels.of(''), '');
});

test('a label is cut where it is longer than people write patterns', () => {
  const label = new RouteLabels().of('x'.repeat(100_000));
  assert.ok(label.length < 300 && label.endsWith('…'));
});
