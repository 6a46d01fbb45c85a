import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupName, invalidatedGroups, tagName, tagsOf } from './tags.ts';

const ORIGIN = 'https://a.example';
const tagged = (fields: Record<string, string>): readonly string[] => tagsOf(fields, ORIGIN, 'cache-tags');

test('a tag and a group of the same name differ, and so do the groups of two origins', () => {
  const names = [tagName('x'), groupName(ORIGIN, 'x'), groupName('https://b.example', 'x')];
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.ok(name.includes('x'));
});

test('a response carries its tags and groups, each once', () => {
  assert.deepEqual(tagged({ 'cache-tags': 'a, b,,a', 'cache-groups': '"g", "h"' }), [
    tagName('a'),
    tagName('b'),
    groupName(ORIGIN, 'g'),
    groupName(ORIGIN, 'h'),
  ]);
  assert.deepEqual(tagged({ 'cache-tags': 'a' }), [tagName('a')]);
  assert.deepEqual(tagged({ 'cache-groups': '"g"' }), [groupName(ORIGIN, 'g')]);
  assert.deepEqual(tagged({}), []);
});

test('the cache reads tags from the configured field only', () => {
  assert.deepEqual(tagsOf({ 'cache-tags': 'a', 'surrogate-key': 'b' }, ORIGIN, 'surrogate-key'), [
    tagName('b'),
  ]);
});

test('a Cache-Groups field that is malformed names no groups', () => {
  assert.deepEqual(tagged({ 'cache-tags': 'a', 'cache-groups': '"g", h' }), [tagName('a')]);
});

test('the cache keeps at most 64 tags, and leaves out those that are too long', () => {
  const many = Array.from({ length: 65 }, (_, i) => String(i)).join(',');
  assert.equal(tagged({ 'cache-tags': many }).length, 64);
  const long = 'x'.repeat(256 + ORIGIN.length - tagName('').length);
  assert.deepEqual(tagged({ 'cache-tags': `${long}, a` }), [tagName(long), tagName('a')]);
  assert.deepEqual(tagged({ 'cache-tags': `${long}x, a` }), [tagName('a')]);
});

test('a response to an unsafe request invalidates the groups that it lists, at most 64', () => {
  const invalidated = (field: string): readonly string[] =>
    invalidatedGroups({ 'cache-group-invalidation': field }, ORIGIN);
  assert.deepEqual(invalidated('"g", "h"'), [groupName(ORIGIN, 'g'), groupName(ORIGIN, 'h')]);
  assert.deepEqual(invalidated('"g", h'), []);
  assert.deepEqual(invalidatedGroups({}, ORIGIN), []);
  assert.equal(invalidated(Array.from({ length: 65 }, (_, i) => `"${i}"`).join(',')).length, 64);
});
