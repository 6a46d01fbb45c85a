import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CostKeys, MAX_KEYS, OTHER } from './keys.ts';
import { LENGTH_CLASSES, lengthClassOf } from './length-class.ts';

test('a body has one of six length classes', () => {
  const classes = [0, 1, 64 * 1024, 64 * 1024 + 1, 2 ** 20, 2 ** 20 + 1, 2 ** 24 + 1, -1].map(lengthClassOf);
  assert.deepEqual(
    classes.map((index) => LENGTH_CLASSES[index]),
    ['none', 'to-64KB', 'to-64KB', 'to-1MB', 'to-1MB', 'to-16MB', 'larger', 'unknown'],
  );
});

test('each route has a key for each length class, until there are too many', () => {
  const keys = new CostKeys();
  const mail = keys.of('POST /mail');
  const first = keys.add(mail, 'POST /mail', 1);
  assert.equal(keys.of('POST /mail')[1], first);
  assert.deepEqual(keys.labels[first], { route: 'POST /mail', length: 'to-64KB' });
  for (let i = 0; i < 1000; i += 1) {
    const key = keys.add(keys.of(`GET /${i}`), `GET /${i}`, 0);
    assert.ok(key < MAX_KEYS && (i < 10 || key !== first));
    if (i > MAX_KEYS) assert.equal(key, OTHER);
  }
  assert.equal(keys.labels.length, MAX_KEYS);
});
