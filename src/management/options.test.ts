import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveManagementOptions, showAddress } from './options.ts';

test('nothing given: the default address, that nobody chose, and no token', () => {
  const address = { host: '127.0.0.1', port: 9999, chosen: false };
  const expected = { address, token: undefined, scriptMetrics: true, agentCheck: false };
  assert.deepEqual(resolveManagementOptions(), expected);
  assert.deepEqual(resolveManagementOptions({ address: undefined, token: undefined }), expected);
});

const ADDRESSES: readonly (readonly [text: string, host: string | undefined, port: number])[] = [
  ['127.0.0.1:9999', '127.0.0.1', 9999],
  ['localhost:80', 'localhost', 80],
  ['my-host.example_1:1', 'my-host.example_1', 1],
  ['0.0.0.0:65535', '0.0.0.0', 65_535],
  ['[::1]:9999', '::1', 9999],
  ['[::ffff:127.0.0.1]:0', '::ffff:127.0.0.1', 0],
  [':9999', undefined, 9999],
  ['9999', '127.0.0.1', 9999],
];

for (const [text, host, port] of ADDRESSES) {
  test(`address ${text}`, () => {
    assert.deepEqual(resolveManagementOptions({ address: text }).address, { host, port, chosen: true });
  });
}

test('a Unix socket by its absolute path', () => {
  for (const path of ['/run/shop.sock', '/a b/ü:9999', `/${'x'.repeat(102)}`]) {
    const { address } = resolveManagementOptions({ address: `unix:${path}` });
    assert.deepEqual(address, { path });
    assert.equal(address && showAddress(address), `unix:${path}`);
  }
});

test('false means no management port', () => {
  assert.equal(resolveManagementOptions({ address: false }).address, false);
});

for (const text of [
  '',
  'off',
  'host',
  'host:',
  '::1:9999',
  '[::1]',
  '65536',
  'a b:1',
  '-1',
  'http://h:1',
  'unix:',
  'unix:/',
  'unix:relative.sock',
  'unix:/a\0b',
  `unix:/${'x'.repeat(103)}`,
  true,
  9999,
  null,
]) {
  test(`refused address ${JSON.stringify(text)}`, () => {
    assert.throws(() => resolveManagementOptions({ address: text as string }), {
      code: 'RESPITE_OPTIONS_INVALID',
      message: `management.address must be host:port, :port, a port, unix:/path (up to 103 bytes), or false, got ${JSON.stringify(text)}`,
    });
  });
}

test('a token of visible characters is taken', () => {
  assert.equal(resolveManagementOptions({ token: 's3cret~!' }).token, 's3cret~!');
});

for (const token of ['', 'two words', 'line\n', 'ü', 7]) {
  test(`refused token ${JSON.stringify(token)}, and the error keeps it to itself`, () => {
    assert.throws(() => resolveManagementOptions({ token: token as string }), {
      code: 'RESPITE_OPTIONS_INVALID',
      message: 'management.token must be a string of visible characters without spaces',
    });
  });
}

test('an unknown key is refused', () => {
  assert.throws(() => resolveManagementOptions({ port: 1 } as never), {
    message: 'management.port is not an option; known are address, token, scriptMetrics, agentCheck',
  });
});

test('agent checks come by TCP: an address as the port has one, or false', () => {
  const at = (agentCheck: string | false): unknown => resolveManagementOptions({ agentCheck }).agentCheck;
  assert.deepEqual(at('9998'), { host: '127.0.0.1', port: 9998, chosen: true });
  assert.deepEqual(at(':9998'), { host: undefined, port: 9998, chosen: true });
  assert.equal(at(false), false);
  for (const wrong of ['unix:/run/agent.sock', 'off', '']) {
    assert.throws(
      () => at(wrong),
      /^RespiteError: management\.agentCheck must be host:port, :port, a port, or false/,
    );
  }
});
