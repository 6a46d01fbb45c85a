import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate, type Precondition, rangeApplies } from './preconditions.ts';

const CHANGED = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const SAME = 'Fri, 02 Jan 2026 03:04:05 GMT';
const BEFORE = 'Fri, 02 Jan 2026 03:04:04 GMT';
const AFTER = 'Fri, 02 Jan 2026 03:04:06 GMT';

interface Case {
  readonly fields: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly etag?: string | undefined;
  readonly modified?: number | undefined;
  readonly exists?: boolean;
  readonly result: Precondition;
}

const strong = '"a"';

const CASES: readonly Case[] = [
  { fields: {}, result: 'proceed' },
  // 13.1.1, If-Match: strong comparison.
  { fields: { 'if-match': '"a"' }, result: 'proceed' },
  { fields: { 'if-match': '"b"' }, result: 'failed' },
  { fields: { 'if-match': '"b", "a"' }, result: 'proceed' },
  { fields: { 'if-match': 'W/"a"' }, result: 'failed' },
  { fields: { 'if-match': 'W/"a"' }, etag: 'W/"a"', result: 'failed' },
  { fields: { 'if-match': '*' }, result: 'proceed' },
  { fields: { 'if-match': '*' }, exists: false, etag: undefined, result: 'failed' },
  { fields: { 'if-match': '"b"' }, method: 'PUT', result: 'failed' },
  { fields: { 'if-match': '' }, result: 'failed' },
  // 13.1.4, If-Unmodified-Since, only without If-Match.
  { fields: { 'if-unmodified-since': SAME }, result: 'proceed' },
  { fields: { 'if-unmodified-since': AFTER }, result: 'proceed' },
  { fields: { 'if-unmodified-since': BEFORE }, result: 'failed' },
  { fields: { 'if-unmodified-since': BEFORE, 'if-match': '"a"' }, result: 'proceed' },
  { fields: { 'if-unmodified-since': 'a while ago' }, result: 'proceed' },
  { fields: { 'if-unmodified-since': BEFORE }, modified: undefined, result: 'proceed' },
  { fields: { 'if-unmodified-since': BEFORE }, modified: undefined, method: 'PUT', result: 'proceed' },
  // 13.1.2, If-None-Match: weak comparison.
  { fields: { 'if-none-match': '"a"' }, result: 'not-modified' },
  { fields: { 'if-none-match': 'W/"a"' }, result: 'not-modified' },
  { fields: { 'if-none-match': '"b", W/"a"' }, result: 'not-modified' },
  { fields: { 'if-none-match': '"b"' }, result: 'proceed' },
  { fields: { 'if-none-match': '*' }, result: 'not-modified' },
  { fields: { 'if-none-match': '*' }, exists: false, etag: undefined, method: 'PUT', result: 'proceed' },
  { fields: { 'if-none-match': '*' }, method: 'PUT', result: 'failed' },
  { fields: { 'if-none-match': '"a"' }, method: 'HEAD', result: 'not-modified' },
  { fields: { 'if-none-match': '"a"' }, method: 'DELETE', result: 'failed' },
  { fields: { 'if-none-match': '"a"' }, etag: undefined, result: 'proceed' },
  // 13.1.3, If-Modified-Since, only without If-None-Match and only for reading.
  { fields: { 'if-modified-since': SAME }, result: 'not-modified' },
  { fields: { 'if-modified-since': AFTER }, result: 'not-modified' },
  { fields: { 'if-modified-since': BEFORE }, result: 'proceed' },
  { fields: { 'if-modified-since': AFTER, 'if-none-match': '"b"' }, result: 'proceed' },
  { fields: { 'if-modified-since': AFTER }, method: 'POST', result: 'proceed' },
  { fields: { 'if-modified-since': '0' }, result: 'proceed' },
  { fields: { 'if-modified-since': AFTER }, modified: undefined, result: 'proceed' },
  // 13.2.2, both: first those that can fail.
  { fields: { 'if-match': '"a"', 'if-none-match': '"a"' }, result: 'not-modified' },
  { fields: { 'if-match': '"b"', 'if-none-match': '"a"' }, result: 'failed' },
];

for (const given of CASES) {
  const { fields, method = 'GET', exists = true, result } = given;
  const etag = 'etag' in given ? given.etag : strong;
  const modified = 'modified' in given ? given.modified : CHANGED;
  test(`RFC 9110, 13.2.2: ${method} ${JSON.stringify(fields)}, ${etag ?? 'no tag'}: ${result}`, () => {
    assert.equal(
      evaluate(method, (name) => fields[name], { etag, lastModifiedMs: modified, exists }, CHANGED),
      result,
    );
  });
}

test('a range counts without If-Range, or for the representation that it names', () => {
  const modified = { 'last-modified': SAME, date: AFTER };
  assert.ok(rangeApplies(undefined, {}, CHANGED));
  assert.ok(rangeApplies('"a"', { etag: '"a"' }, CHANGED));
  assert.ok(!rangeApplies('"a"', { etag: '"b"' }, CHANGED));
  assert.ok(!rangeApplies('"a"', {}, CHANGED));
  assert.ok(!rangeApplies('W/"a"', { etag: 'W/"a"' }, CHANGED));
  assert.ok(rangeApplies(SAME, modified, CHANGED));
  assert.ok(!rangeApplies(BEFORE, modified, CHANGED));
  assert.ok(!rangeApplies(SAME, { ...modified, date: SAME }, CHANGED), 'it may have changed in that second');
  assert.ok(!rangeApplies(SAME, { date: AFTER }, CHANGED));
});
