import assert from 'node:assert/strict';
import { test } from 'node:test';
import { varyFields, varyValues } from './vary.ts';

test('the fields of Vary are lower-case, sorted and listed once', () => {
  assert.deepEqual(varyFields({ vary: 'Cookie, accept, ACCEPT,, Accept-Language' }), [
    'accept',
    'accept-language',
    'cookie',
  ]);
  assert.deepEqual(varyFields({}), []);
});

test('requests match when every field of Vary is the same', () => {
  const names = ['accept', 'accept-language'];
  const values = varyValues(names, { accept: 'text/html', 'accept-language': 'en' });
  assert.equal(varyValues(names, { accept: 'text/html', 'accept-language': 'en', other: '1' }), values);
  assert.notEqual(varyValues(names, { accept: 'text/html', 'accept-language': 'de' }), values);
  assert.notEqual(varyValues(names, { accept: 'text/html' }), values);
  assert.equal(varyValues([], { accept: 'text/html' }), '');
});

test('a missing field matches neither an empty one nor one that holds a dash', () => {
  const missing = varyValues(['accept'], {});
  for (const accept of ['', '-', '-\n']) assert.notEqual(varyValues(['accept'], { accept }), missing);
});

test('the value of one field cannot pass for the values of two', () => {
  const names = ['a', 'b'];
  assert.notEqual(varyValues(names, { a: '1', b: '2' }), varyValues(names, { a: '1\n=2', b: '' }));
  assert.notEqual(varyValues(names, { a: '1', b: '2' }), varyValues(names, { a: '12', b: '' }));
});

test('white space around list members and inside values does not count', () => {
  const same = (a: string, b: string): boolean => varyValues(['x'], { x: a }) === varyValues(['x'], { x: b });
  assert.ok(same('gzip,br', 'gzip ,  br'));
  assert.ok(same('a \t b', 'a b'));
  assert.ok(!same('a b', 'ab'));
  assert.ok(!same('gzip,br', 'gzipbr'));
  assert.ok(!same('gzip,br', 'br,gzip'));
});

test('the commas of quoted strings separate nothing', () => {
  const same = (a: string, b: string): boolean => varyValues(['x'], { x: a }) === varyValues(['x'], { x: b });
  assert.ok(!same('"a,b"', '"a, b"'));
  assert.ok(same('"a,  b"', '"a, b"'));
});
