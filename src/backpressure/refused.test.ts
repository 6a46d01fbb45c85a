import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { boundKernelBuffers, createChannel, createWriteBudget, guardServer } from './index.ts';

const NO_STREAMS: readonly unknown[] = [undefined, null, 1, 'socket', {}, { on() {} }, { write() {} }];
const NO_SERVERS: readonly unknown[] = [undefined, null, {}, new PassThrough(), { listen() {} }];

test('what is no stream and no server is refused by name, before anything is done', () => {
  const budget = createWriteBudget({ limitBytes: 1024 * 1024 });
  for (const each of NO_STREAMS)
    assert.throws(() => createChannel(each as never), {
      code: 'RESPITE_OPTIONS_INVALID',
      message: /^createChannel\.socket must be a writable stream or a WebSocket, got /,
    });
  for (const each of NO_SERVERS) {
    assert.throws(() => guardServer(each as never, { budget }), {
      code: 'RESPITE_OPTIONS_INVALID',
      message: /^guardServer\.server must be a server of node:net or node:http, got /,
    });
    assert.throws(() => boundKernelBuffers(each as never), {
      code: 'RESPITE_OPTIONS_INVALID',
      message: /^boundKernelBuffers\.server must be a server of node:net or node:http, got /,
    });
  }
});
