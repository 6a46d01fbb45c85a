// A body that nobody has begun to read stays readable, however long that takes and however often memory is tidied up meanwhile.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createCache, memoryStore } from '../../src/cache/index.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Collects what nobody holds, and lets those be told who asked to be. */
async function collect(): Promise<void> {
  for (let i = 0; i < 5; i += 1) {
    gc();
    await delay(5);
  }
}

test('while the store takes its time, and while the user does', async (t) => {
  const server = http.createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'cache-control': 'no-store' }).end('the body');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const memory = memoryStore();
  const store = {
    isGuarded: true,
    get: memory.get.bind(memory),
    put: memory.put.bind(memory),
    update: memory.update.bind(memory),
    invalidate: collect,
    delete: collect,
    epoch: memory.epoch.bind(memory),
    invalidateTags: memory.invalidateTags.bind(memory),
    flush: memory.flush.bind(memory),
    close: memory.close.bind(memory),
  };
  const cache = createCache({ store });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (let i = 0; i < 3; i += 1) {
    const written = await cache.fetch(url, { method: 'POST', body: 'x' });
    assert.equal(await written.text(), 'the body');
    const read = await cache.fetch(url);
    await collect();
    assert.equal(await read.text(), 'the body');
  }
});
