import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Backlog } from './backlog.ts';

function drain(backlog: Backlog): string[] {
  const all: string[] = [];
  for (let data = backlog.shift(); data !== undefined; data = backlog.shift()) all.push(String(data));
  return all;
}

test('past its bytes the oldest goes', () => {
  const backlog = new Backlog(6);
  assert.deepEqual(backlog.push('aaa', 3, undefined), { messages: 0, bytes: 0 });
  backlog.push('bbb', 3, undefined);
  assert.deepEqual(backlog.push('cccc', 4, undefined), { messages: 2, bytes: 6 });
  assert.deepEqual(backlog.push('much too large', 14, undefined), { messages: 1, bytes: 4 });
  assert.deepEqual([backlog.bytes, drain(backlog), backlog.bytes], [14, ['much too large'], 0]);
});

test('a key replaces what waits under it, and takes its place at the end', () => {
  const backlog = new Backlog(100);
  backlog.push('a1', 2, 'a');
  backlog.push('b1', 2, 'b');
  assert.deepEqual(backlog.push('a2', 2, 'a'), { messages: 0, bytes: 0 });
  assert.equal(backlog.bytes, 4);
  assert.deepEqual(drain(backlog), ['b1', 'a2']);
});

test('as a plain array', () => {
  const message = fc.tuple(
    fc.integer({ min: 1, max: 40 }),
    fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
  );
  fc.assert(
    fc.property(fc.array(message), (messages) => {
      const backlog = new Backlog(100);
      let model: { text: string; bytes: number; key: string | undefined }[] = [];
      for (const [i, [bytes, key]] of messages.entries()) {
        if (key !== undefined) model = model.filter((other) => other.key !== key);
        model.push({ text: `${i}`, bytes, key });
        const sum = (): number => model.reduce((total, each) => total + each.bytes, 0);
        while (sum() > 100 && model.length > 1) model.shift();
        backlog.push(`${i}`, bytes, key);
        assert.equal(backlog.bytes, sum());
      }
      assert.deepEqual(
        drain(backlog),
        model.map(({ text }) => text),
      );
    }),
  );
});
