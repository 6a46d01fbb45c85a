import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SHARED_TAIL_BYTES, SharedTail, TAIL_BYTES } from './shared-tail.ts';
import { histories } from '../../../test/harness/histories.ts';

function ends(): { writer: SharedTail; reader: SharedTail } {
  const memory = new SharedArrayBuffer(8 + SHARED_TAIL_BYTES);
  return { writer: new SharedTail(memory, 8), reader: new SharedTail(memory, 8) };
}

test('what was appended is taken once', () => {
  const { writer, reader } = ends();
  assert.equal(reader.take(), '');
  writer.append('grüße\n');
  writer.append(Buffer.from('bytes\n'));
  writer.append('6869', 'hex');
  assert.equal(reader.take(), 'grüße\nbytes\nhi');
  assert.equal(reader.take(), '');
});

test('of what nobody took in time the last is left, whatever the sizes', () => {
  const chunks = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 70_000 }), fc.constantFrom('a', 'b', 'c'), fc.boolean()),
  );
  fc.assert(
    fc.property(chunks, (all) => {
      const { writer, reader } = ends();
      let expected = '';
      for (const [length, letter, isTaken] of all) {
        const chunk = letter.repeat(length);
        writer.append(chunk);
        expected = (expected + chunk).slice(-TAIL_BYTES);
        if (!isTaken) continue;
        assert.equal(reader.take(), expected);
        expected = '';
      }
      assert.equal(reader.take(), expected);
    }),
    { numRuns: histories(50) },
  );
});
