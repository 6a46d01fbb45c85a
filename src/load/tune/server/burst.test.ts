import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { burst } from './burst.ts';

test('every connection is answered, also by a 503; on a closed port none is', async (t) => {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(requests % 2 === 0 ? 200 : 503).end('x');
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const answered = await burst(url, 20);
  assert.deepEqual([answered.connections, requests], [20, 20]);
  assert.ok(answered.slowestMs >= answered.medianMs && answered.medianMs > 0);
  server.close();
  await once(server, 'close');
  assert.equal((await burst(url, 3)).timedOut, 3);
});
