import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Repeats } from './repeats.ts';

const DB = '127.0.0.1:5432';

test('one worker is tried; as long as that has not helped none of the others is replaced', () => {
  const repeats = new Repeats(600_000);
  assert.equal(repeats.inVain(1, DB, 0), undefined);
  repeats.replaced(1, 1, DB, 0);
  assert.deepEqual(repeats.inVain(2, DB, 1000), { worker: 1, agoMs: 1000 });
  assert.equal(repeats.inVain(2, '127.0.0.1:6379', 1000), undefined, 'another dependency');
});

test('when the new one answers, the others may lose their lost pools too, each once in that time', () => {
  const repeats = new Repeats(600_000);
  repeats.seen(2, true);
  repeats.replaced(1, 1, DB, 0);
  repeats.seen(1, true);
  repeats.seen(2, true);
  assert.notEqual(repeats.inVain(2, DB, 1000), undefined, 'an old worker that has answered says nothing');
  repeats.seen(3, true);
  assert.equal(repeats.inVain(2, DB, 1000), undefined);
  assert.notEqual(repeats.inVain(1, DB, 1000), undefined, 'it would be the second time in this slot');
  assert.equal(repeats.inVain(1, DB, 600_000), undefined, 'long ago');
});
