import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { identityReader } from './identity.ts';

test('the name of a header reads that header', () => {
  const read = identityReader('x-user');
  assert.equal(read({ 'x-user': 'ann' }), 'ann');
  assert.equal(read({}), undefined);
});

test('a function of the headers is asked', () => {
  assert.equal(identityReader((headers) => headers.authorization)({ authorization: 'Bearer 1' }), 'Bearer 1');
});

for (const [name, broken] of [
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
  ['returns no text', () => 7 as unknown as string],
] as const) {
  test(`a function that ${name} makes the request nobody's, with one warning`, async () => {
    const read = identityReader(broken);
    const warned = once(process, 'warning');
    assert.equal(read({}), undefined);
    const [warning] = (await warned) as [Error & { code: string }];
    assert.equal(warning.code, 'RESPITE_IDENTITY_INVALID');
    let more = 0;
    const count = (): void => void (more += 1);
    process.on('warning', count);
    assert.equal(read({}), undefined);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', count);
    assert.equal(more, 0);
  });
}
