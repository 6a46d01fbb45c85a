import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recent } from './recent.ts';

test('a key that comes a second time is told from one that does not', () => {
  const recent = new Recent<number>(10);
  assert.equal(recent.isSecond(1), false);
  assert.equal(recent.isSecond(2), false);
  assert.equal(recent.isSecond(2), true);
  assert.equal(recent.isSecond(-3), false);
  assert.equal(recent.isSecond(-3), true);
});

test('what is added is there until all is forgotten', () => {
  const recent = new Recent<number>(10);
  recent.add('a', 1);
  recent.add('a', 2);
  assert.equal(recent.get('a'), 2);
  recent.clear();
  assert.equal(recent.get('a'), undefined);
});

test('what is asked for stays, of the others at most twice the limit', () => {
  const recent = new Recent<number>(10);
  for (let i = 0; i < 1000; i += 1) {
    recent.add(`key ${i}`, i);
    assert.equal(recent.get('key 0'), 0);
  }
  let remembered = 0;
  for (let i = 0; i < 1000; i += 1) if (recent.get(`key ${i}`) !== undefined) remembered += 1;
  assert.ok(remembered <= 20, `${remembered} are remembered`);
});
