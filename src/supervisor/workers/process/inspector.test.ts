import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opensInspector, portOf, takeInspector, wordsOf } from './inspector.ts';

const NONE = { option: undefined, host: '127.0.0.1', port: 9229 };

test('the options for debuggers are taken out of the others', () => {
  const options = ['--enable-source-maps', '--inspect=0.0.0.0:9300', '--import', 'tsx'];
  const { inspector, rest } = takeInspector(options);
  assert.deepEqual(inspector, { option: '--inspect', host: '0.0.0.0', port: 9300 });
  assert.deepEqual(rest, ['--enable-source-maps', '--import', 'tsx']);
  assert.deepEqual(takeInspector(rest), { inspector: NONE, rest });
});

for (const [option, expected] of [
  ['--inspect', { host: '127.0.0.1', port: 9229 }],
  ['--inspect=9300', { host: '127.0.0.1', port: 9300 }],
  ['--inspect=0', { host: '127.0.0.1', port: 0 }],
  ['--inspect=localhost', { host: 'localhost', port: 9229 }],
  ['--inspect=localhost:9300', { host: 'localhost', port: 9300 }],
  ['--inspect=[::1]:9300', { host: '::1', port: 9300 }],
  ['--inspect=[::]', { host: '::', port: 9229 }],
] as const) {
  test(`where: ${option}`, () => {
    assert.deepEqual(takeInspector([option]).inspector, { option: '--inspect', ...expected });
  });
}

test('to wait for a debugger is more than to let one attach, and a port alone opens nothing', () => {
  const optionOf = (...options: readonly string[]): unknown => takeInspector(options).inspector.option;
  assert.equal(optionOf('--inspect-brk', '--inspect'), '--inspect-brk');
  assert.equal(optionOf('--inspect', '--inspect-wait=9300'), '--inspect-wait');
  assert.equal(optionOf('--inspect-port=9300'), undefined);
  assert.equal(opensInspector(['--inspect-port=9300']), false);
  assert.equal(opensInspector(['--inspect-brk']), true);
  assert.deepEqual(takeInspector(['--inspect-port', '9300', '--import', 'tsx']), {
    inspector: { ...NONE, port: 9300 },
    rest: ['--import', 'tsx'],
  });
});

test('each slot has a port of its own, or any', () => {
  const { inspector } = takeInspector(['--inspect']);
  assert.deepEqual([portOf(inspector, 1), portOf(inspector, 2)], [9229, 9230]);
  assert.equal(portOf(takeInspector(['--inspect=0']).inspector, 2), 0);
});

test('NODE_OPTIONS keeps what is in quotation marks together', () => {
  assert.deepEqual(wordsOf(undefined), []);
  assert.deepEqual(wordsOf(' --inspect   --require "./my agent.cjs" '), [
    '--inspect',
    '--require',
    '"./my agent.cjs"',
  ]);
});
