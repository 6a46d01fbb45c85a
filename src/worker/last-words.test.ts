import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOfExit, tellChain } from './last-words.ts';

test('an error with its causes, the innermost frames first', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
  const [error, inner, ...more] = tellChain(new TypeError('no orders', { cause }));
  assert.deepEqual([error?.name, error?.message, error?.code], ['TypeError', 'no orders', undefined]);
  assert.ok(error?.frames[0]?.url.endsWith('last-words.test.ts') && error.frames.length <= 10);
  assert.deepEqual([inner?.name, inner?.code, more], ['Error', 'ECONNREFUSED', []]);
});

test('whatever is thrown is told in few words', () => {
  const told = (thrown: unknown): unknown => tellChain(thrown).map(({ name, message }) => [name, message]);
  assert.deepEqual(told('plain'), [['string', 'plain']]);
  assert.deepEqual(told(null), [['object', '[object Null]']]);
  assert.deepEqual(told({ password: 'secret' }), [['object', '[object Object]']]);
  assert.deepEqual(told(undefined), []);
});

test('a long message is cut, a circle of causes ends', () => {
  const error = new Error('x'.repeat(10_000));
  error.cause = error;
  const chain = tellChain(error);
  assert.deepEqual([chain.length, chain[0]?.message.length], [1, 501]);
  let deep = new Error('0');
  for (let i = 1; i < 100; i += 1) deep = new Error(String(i), { cause: deep });
  assert.equal(tellChain(deep).length, 5);
});

test('who called process.exit()', () => {
  const node = (functionName: string): Parameters<typeof callerOfExit>[0][number] => ({
    functionName,
    url: 'node:internal',
    line: 1,
    column: 1,
  });
  const user = { functionName: 'quit', url: 'file:///srv/app.mjs', line: 3, column: 5 };
  assert.deepEqual(callerOfExit([node('process.emit'), node('process.exit'), user, node('listOnTimeout')]), [
    user,
    node('listOnTimeout'),
  ]);
  assert.deepEqual(callerOfExit([node('process.emit')]), []);
});
