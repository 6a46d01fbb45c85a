import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recent } from './recent.ts';

test('what is offered twice is remembered, what is offered once is not', () => {
  const recent = new Recent<number>(10);
  recent.offer('once', 1, 1);
  recent.offer('twice', 2, 2);
  recent.offer('twice', 2, 3);
  assert.equal(recent.get('once'), undefined);
  assert.equal(recent.get('twice'), 3);
  recent.clear();
  assert.equal(recent.get('twice'), undefined);
});

test('what is asked for stays, of the others at most twice the limit', () => {
  const recent = new Recent<number>(10);
  for (let i = 0; i < 1000; i += 1) {
    recent.offer(`key ${i}`, i + 1, i);
    recent.offer(`key ${i}`, i + 1, i);
    assert.equal(recent.get('key 0'), 0);
  }
  let remembered = 0;
  for (let i = 0; i < 1000; i += 1) if (recent.get(`key ${i}`) !== undefined) remembered += 1;
  assert.ok(remembered <= 20, `${remembered} are remembered`);
});
