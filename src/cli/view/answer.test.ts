import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { askStatus, type ManagementPort, managementPort, shown } from './answer.ts';

async function serving(t: TestContext, listener: RequestListener): Promise<ManagementPort> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, token: 'secret' };
}

test('addresses as everywhere, the token from the environment', () => {
  assert.deepEqual(managementPort(undefined, {}), { host: '127.0.0.1', port: 9999, token: undefined });
  assert.deepEqual(managementPort(':1', { RESPITE_MANAGEMENT_TOKEN: 'x' }), {
    host: '127.0.0.1',
    port: 1,
    token: 'x',
  });
  assert.equal(shown(managementPort('[::1]:2', { RESPITE_MANAGEMENT_TOKEN: '' })), '[::1]:2');
  assert.deepEqual(managementPort('unix:/run/shop.sock', {}), { path: '/run/shop.sock', token: undefined });
  for (const text of ['here', 'h:0', '', 'unix:shop.sock']) {
    assert.throws(() => managementPort(text, {}), {
      code: 'RESPITE_CLI_USAGE',
      message: `--management must be host:port, a port, or unix:/path, got ${JSON.stringify(text)}`,
    });
  }
});

test('what is answered, with the token sent along', async (t) => {
  const port = await serving(t, (request, response) => {
    assert.deepEqual([request.url, request.headers.authorization], ['/status', 'Bearer secret']);
    response.end('{"workers":[],"totals":{}}');
  });
  assert.deepEqual(await askStatus(port), { workers: [], totals: {} });
});

for (const [body, status, why] of [
  ['<html>', 200, 'it is not Respite'],
  ['{}', 200, 'it is not Respite'],
  ['null', 200, 'it is not Respite'],
  ['{}', 404, 'status 404'],
] as const) {
  test(`${status} ${body}: ${why}`, async (t) => {
    const port = await serving(t, (_request, response) => response.writeHead(status).end(body));
    await assert.rejects(askStatus(port), { message: `no status from ${shown(port)}: ${why}` });
  });
}

test('nobody there', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  await assert.rejects(askStatus({ host: '127.0.0.1', port, token: undefined }), {
    message: `no status from 127.0.0.1:${port}: nothing listens there; --management says where else`,
  });
});
