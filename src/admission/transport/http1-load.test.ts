import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import type { AdmissionOptions } from '../options.ts';
import { protect } from '../protect.ts';

const ASKS = { 'Endpoint-Load-Metrics-Format': 'TEXT' };

async function answers(
  t: TestContext,
  handler: RequestListener,
  options: AdmissionOptions = {},
): Promise<(headers?: Record<string, string>) => Promise<IncomingMessage>> {
  const server = createServer(handler);
  protect(server, options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return async (headers = {}) => {
    const [response] = (await once(get({ port, headers, agent: false }), 'response')) as [IncomingMessage];
    response.resume();
    return response;
  };
}

const HANDLERS: Readonly<Record<string, RequestListener>> = {
  end: (_req, res) => res.end('ok'),
  setHeader: (_req, res) => res.setHeader('x', '1').end('ok'),
  'writeHead with an object': (_req, res) => res.writeHead(200, { x: '1' }).end('ok'),
  'writeHead with an array': (_req, res) => res.writeHead(200, ['x', '1', 'y', '2']).end('ok'),
  'no body': (_req, res) => res.writeHead(204).end(),
  'a stream': (_req, res) => {
    res.write('o');
    res.end('k');
  },
};

for (const [how, handler] of Object.entries(HANDLERS)) {
  test(`a response to a request that asks reports the load: ${how}`, async (t) => {
    let seen: unknown;
    const send = await answers(t, (req, res) => {
      handler(req, res);
      seen = res.getHeader('endpoint-load-metrics');
    });
    const { headers, rawHeaders } = await send(ASKS);
    assert.match(
      String(headers['endpoint-load-metrics']),
      /^TEXT application_utilization=[\d.]+, cpu_utilization=/,
    );
    assert.equal(rawHeaders.filter((name) => name === 'endpoint-load-metrics').length, 1);
    // The server's code sees nothing of it.
    assert.equal(seen, undefined);
    assert.equal((await send()).headers['endpoint-load-metrics'], undefined);
  });
}

test('a server that reports its load itself is left to it', async (t) => {
  const send = await answers(t, (_req, res) => res.setHeader('Endpoint-Load-Metrics', 'TEXT own=1').end());
  assert.equal((await send(ASKS)).headers['endpoint-load-metrics'], 'TEXT own=1');
});

test('always, or never', async (t) => {
  const end: RequestListener = (_req, res) => res.end();
  const always = await answers(t, end, { loadReport: 'always' });
  assert.match(String((await always()).headers['endpoint-load-metrics']), /^TEXT /);
  const never = await answers(t, end, { loadReport: false });
  assert.equal((await never(ASKS)).headers['endpoint-load-metrics'], undefined);
});
