import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StoredEntry, StoredRecord } from '../../policy/record.ts';
import { isGarbage } from './frame.ts';
import { decodeRecord, encodeRecord } from './record.ts';
import { histories } from '../../../../test/harness/histories.ts';

const time = fc.integer({ min: -1, max: 9e15 });
const name = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);
const value = fc.stringMatching(/^[\t -~\u0080-\u00FF]{0,40}$/);
const entry: fc.Arbitrary<StoredEntry> = fc.record({
  kind: fc.constant('entry' as const),
  status: fc.integer({ min: 200, max: 599 }),
  statusText: value,
  fields: fc.dictionary(name, value),
  bodyBytes: fc.nat(),
  bornAt: time,
  freshUntil: time,
  staleWhileRevalidateUntil: time,
  staleIfErrorUntil: time,
  expiresAt: time,
  noCache: fc.boolean(),
  mustRevalidate: fc.boolean(),
  immutable: fc.boolean(),
  forAuthorized: fc.boolean(),
  forCookies: fc.boolean(),
  decoded: fc.boolean(),
  tags: fc.array(fc.string()),
  epoch: fc.nat(),
});
const marker: fc.Arbitrary<StoredRecord> = fc.record({
  kind: fc.constant('vary' as const),
  fields: fc.array(name),
  generation: fc.string(),
  variants: fc.array(fc.string()),
  expiresAt: time,
});

const withCookies = entry.chain((each) =>
  fc.array(value, { minLength: 1 }).map((setCookies): StoredEntry => Object.assign({}, each, { setCookies })),
);

const plain = (record: StoredRecord): unknown => JSON.parse(JSON.stringify(record));

test('a record comes back as it was', () => {
  fc.assert(
    fc.property(fc.oneof(entry, withCookies, marker), (record) => {
      assert.deepEqual(plain(decodeRecord(encodeRecord(record))), plain(record));
    }),
  );
});

test('a field named like a prototype is a field', () => {
  const text = encodeRecord({
    ...fc.sample(entry, 1)[0],
    fields: JSON.parse('{"__proto__":"x"}'),
  } as StoredEntry);
  const record = decodeRecord(text);
  assert.ok(record.kind === 'entry');
  assert.equal(record.fields['__proto__'], 'x');
  assert.equal(record.fields['toString'], undefined);
});

test('parts come back as they were; those that overlap, are out of order or are not as many bytes as the body are garbage', () => {
  const [some] = fc.sample(entry, 1);
  assert.ok(some !== undefined);
  const withParts = (bodyBytes: number, ...bounds: readonly (readonly [number, number])[]): StoredRecord => ({
    ...some,
    bodyBytes,
    parts: { completeLength: 20, ranges: bounds.map(([first, last]) => ({ first, last })) },
  });
  const good = withParts(7, [0, 3], [6, 7], [19, 19]);
  assert.deepEqual(plain(decodeRecord(encodeRecord(good))), plain(good));
  for (const bad of [
    withParts(0),
    withParts(8, [0, 3], [6, 7], [19, 19]),
    withParts(7, [6, 7], [0, 3], [19, 19]),
    withParts(7, [0, 3], [4, 6]),
    withParts(4, [17, 20]),
    withParts(1, [3, 3.5]),
    withParts(2, [-1, 0]),
  ])
    assert.throws(() => decodeRecord(encodeRecord(bad)), isGarbage, JSON.stringify(bad));
});

/** Values of all kinds, mostly of the right shape. */
const almost = fc.oneof(entry, withCookies).chain((good) => {
  const tuple = JSON.parse(encodeRecord(good)) as unknown[];
  return fc.tuple(fc.nat(tuple.length), fc.jsonValue()).map(([at, bad]) => {
    const changed = [...tuple];
    changed[at] = bad;
    return JSON.stringify(changed);
  });
});

test('of anything else it is garbage, or a record that a response can be made of', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), almost), (text) => {
      let record: StoredRecord;
      try {
        record = decodeRecord(text);
      } catch (error) {
        assert.ok(isGarbage(error), String(error));
        return;
      }
      if (record.kind === 'vary') return;
      const { status, statusText, fields } = record;
      const headers = Object.entries(fields).map(([key, content]): [string, string] => [key, content ?? '']);
      for (const cookie of record.setCookies ?? []) headers.push(['set-cookie', cookie]);
      const content = [204, 205, 304].includes(status) ? null : 'body';
      assert.equal(new Response(content, { status, statusText, headers }).status, status);
    }),
    { numRuns: histories(2000) },
  );
});
