// What is seen of requests to other services, by whichever client they are made.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { Agent, request as undiciRequest } from 'undici';
import { observeOutbound } from '../../src/outbound/observe.ts';
import { ObservedOrigins } from '../../src/outbound/observed-origins.ts';
import { until } from '../harness/until.ts';

const server = http.createServer((request, response) => {
  if (request.url === '/hang') return;
  response.writeHead(Number(request.url?.slice(1))).end('body');
});
const agent = new Agent();
const origins = new ObservedOrigins();
const stop = observeOutbound(origins);
let origin = '';

before(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(async () => {
  stop();
  await agent.destroy();
  server.closeAllConnections();
  server.close();
});

/** What was seen of an origin since the last look. */
const last = new Map<string, number>();
function seen(of: string = origin): Record<string, number> {
  const figures = origins.read(() => false, performance.now()).get(of);
  const found: Record<string, number> = {};
  for (const [outcome, count] of figures?.requests ?? []) {
    const key = `${of} ${outcome}`;
    if (count > (last.get(key) ?? 0)) found[outcome] = count - (last.get(key) ?? 0);
    last.set(key, count);
  }
  if ((figures?.inFlight ?? 0) > 0) found['in flight'] = figures?.inFlight ?? 0;
  return found;
}

/** The ways to call an origin. Each resolves with the status once the body was read. */
const CLIENTS: Readonly<Record<string, (url: string, signal?: AbortSignal) => Promise<number>>> = {
  fetch: async (url, signal) => {
    const response = await fetch(url, { signal: signal ?? null });
    await response.text();
    return response.status;
  },
  'undici.request': async (url, signal) => {
    const { statusCode, body } = await undiciRequest(url, { dispatcher: agent, signal: signal ?? null });
    await body.dump();
    return statusCode;
  },
  'http.get': async (url, signal) => {
    const request = http.get(url, { ...(signal !== undefined && { signal }) });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.resume();
    await once(response, 'end');
    return response.statusCode ?? 0;
  },
};

for (const [name, call] of Object.entries(CLIENTS)) {
  test(`${name}: answers by class of their status`, async () => {
    for (const status of [200, 204, 404, 503]) assert.equal(await call(`${origin}/${status}`), status);
    assert.deepEqual(seen(), { '2xx': 2, '4xx': 1, '5xx': 1 });
  });

  test(`${name}: a request without an answer is in flight, and without a response once it is aborted`, async () => {
    const caller = new AbortController();
    const call1 = call(`${origin}/hang`, caller.signal);
    const failed = assert.rejects(call1);
    await until('it is in flight', () => seen()['in flight'] === 1);
    caller.abort();
    await failed;
    await until('it has failed', () => seen()['no-response'] === 1);
    assert.deepEqual(seen(), {});
  });

  test(`${name}: a connection that is refused`, async () => {
    // While the server has this port at one address, no other process can listen to it at another.
    const refusing = origin.replace('127.0.0.1', '127.0.0.99');
    await assert.rejects(call(`${refusing}/200`));
    assert.deepEqual(seen(refusing), { 'no-response': 1 });
  });
}

test('a request that is destroyed without an error has ended', async () => {
  const request = http.get(`${origin}/hang`);
  request.on('error', () => {});
  await until('it is in flight', () => seen()['in flight'] === 1);
  const figures = (): number =>
    origins.read((each) => (each as http.ClientRequest).destroyed, performance.now()).get(origin)?.inFlight ??
    0;
  assert.equal(figures(), 1);
  request.destroy();
  assert.equal(figures(), 0);
});

test('nothing is observed any more once it was stopped', async () => {
  seen();
  stop();
  await CLIENTS['fetch']?.(`${origin}/200`);
  await CLIENTS['http.get']?.(`${origin}/200`);
  assert.deepEqual(seen(), {});
});
