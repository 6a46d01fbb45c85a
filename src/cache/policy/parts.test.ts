import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseContentRange, selectRange } from '../../http/range.ts';
import { addPart, isComplete, lengthOf, missingRange, partIn, type Parts, storedRange } from './parts.ts';
import type { StoredEntry } from './record.ts';
import { readRequest } from './request.ts';

const bytesOf = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed) % 251);

/** The entry that parts are stored by, as far as ranges look at it. */
const entryOf = (held: Parts): StoredEntry =>
  ({ status: 206, fields: { etag: '"a"' }, decoded: false, parts: held.parts }) as unknown as StoredEntry;

const ask = (range: string, held: Parts, more: Record<string, string> = {}): ReturnType<typeof storedRange> =>
  storedRange(readRequest('GET', 'http://o.example/', { range, ...more }), entryOf(held), held.body, 0);

const range = fc
  .tuple(fc.nat(59), fc.nat(59))
  .map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));

test('parts in any order combine to the bytes of the whole, and answer what lies within one of them', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.array(range, { minLength: 1 }),
      range,
      (length, ranges, asked) => {
        const whole = bytesOf(length, 0);
        const known = new Set<number>();
        let held: Parts | undefined;
        for (const { first, last: wanted } of ranges) {
          if (first >= length) continue;
          const last = Math.min(wanted, length - 1);
          held = addPart(held, { first, last, completeLength: length }, whole.slice(first, last + 1));
          assert.ok(held !== undefined);
          for (let i = first; i <= last; i += 1) known.add(i);
        }
        if (held === undefined) return;
        const { ranges: stored } = held.parts;
        assert.deepEqual(
          stored.flatMap((each) => Array.from({ length: lengthOf(each) }, (_, i) => each.first + i)),
          [...known].toSorted((a, b) => a - b),
        );
        for (const [i, { first }] of stored.entries())
          assert.ok(i === 0 || first > (stored[i - 1]?.last ?? 0) + 1, 'what touches is one part');
        assert.equal(isComplete(held.parts), known.size === length);
        const field = `bytes=${asked.first}-${asked.last}`;
        const wanted = selectRange(field, length);
        const answer = ask(field, held);
        const isKnown =
          typeof wanted !== 'string' &&
          Array.from({ length: lengthOf(wanted) }, (_, i) => wanted.first + i).every((i) => known.has(i));
        assert.equal(answer !== undefined, isKnown);
        if (answer !== undefined)
          assert.deepEqual(
            Buffer.from(answer.bytes),
            Buffer.from(whole.slice(answer.first, answer.last + 1)),
          );
        const missing = missingRange(held.parts);
        if (missing !== undefined) assert.equal(known.size + lengthOf(missing), length);
      },
    ),
  );
});

test('bytes that are too many, too few or contradict what is stored combine with nothing', () => {
  const part = { first: 2, last: 5, completeLength: 10 };
  const held = addPart(undefined, part, bytesOf(4, 0));
  assert.ok(held !== undefined);
  assert.equal(addPart(undefined, part, bytesOf(3, 0)), undefined);
  assert.equal(addPart(held, part, bytesOf(5, 0)), undefined);
  assert.equal(addPart(held, { ...part, first: 5, last: 6 }, bytesOf(2, 9)), undefined);
  assert.ok(addPart(held, { ...part, first: 6, last: 7 }, bytesOf(2, 9)) !== undefined, 'nothing in common');
});

test('what a part is not', () => {
  const fields = { etag: '"a"', 'content-range': 'bytes 0-3/8', 'content-length': '4' };
  assert.deepEqual(partIn(206, fields), { first: 0, last: 3, completeLength: 8 });
  assert.equal(partIn(200, fields), undefined);
  for (const wrong of [
    { etag: undefined },
    { etag: 'W/"a"' },
    { etag: 'a' },
    { 'content-range': undefined },
    { 'content-range': 'bytes 0-3/*' },
    { 'content-range': 'bytes */8' },
    { 'content-range': 'bytes 3-0/8' },
    { 'content-range': 'bytes 0-8/8' },
    { 'content-range': 'bytes 0-3/8, bytes 5-6/8' },
    { 'content-range': 'lines 0-3/8' },
    { 'content-range': 'bytes 0-99999999999999999999/999999999999999999999' },
    { 'content-length': '5' },
  ])
    assert.equal(partIn(206, { ...fields, ...wrong }), undefined, JSON.stringify(wrong));
  assert.deepEqual(parseContentRange(' Bytes 1-1/2 '), { first: 1, last: 1, completeLength: 2 });
});

test('parts answer neither several ranges, nor conditions, nor If-Range of another representation', () => {
  const held = addPart(undefined, { first: 2, last: 5, completeLength: 10 }, bytesOf(4, 0));
  assert.ok(held !== undefined);
  assert.ok(ask('bytes=2-5', held) !== undefined);
  assert.ok(ask('bytes=3-4', held, { 'if-range': '"a"' }) !== undefined);
  assert.equal(ask('bytes=2-3, 4-5', held), undefined);
  assert.equal(ask('bytes=-5', held), undefined);
  assert.equal(ask('bytes=10-', held), undefined);
  assert.equal(ask('bytes=2-5', held, { 'if-range': '"b"' }), undefined);
  assert.equal(ask('bytes=2-5', held, { 'if-none-match': '"a"' }), undefined);
  assert.equal(ask('bytes=2-5', { ...held, body: bytesOf(3, 0) }), undefined, 'a store that lost bytes');
});
