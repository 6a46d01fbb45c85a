// Libraries and the recipes of the guide where the configuration names the origin: each call has the attempts of one client.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, test } from 'node:test';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context } from '@opentelemetry/api';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import axios from 'axios';
import got from 'got';
import { Agent, request as undiciRequest } from 'undici';
import { createClient } from '../../src/client/index.ts';
import { policeOutbound } from '../../src/outbound/index.ts';
import { resendAttributes } from '../../src/telemetry/opentelemetry/index.ts';

interface Seen {
  readonly attempt: string | undefined;
  readonly body: string;
}

let seen: Seen[] = [];
/** Attempts that fail before one is served. */
let failing = 1;
let url = '';
let restore = (): void => {};

async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const attempt = request.headers['respite-attempt']?.toString();
  seen.push({ attempt, body: await text(request) });
  const status = seen.length > failing ? 200 : 503;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status }));
}

const server = http.createServer((request, response) => void answer(request, response));
const limits = { retry: { baseMs: 1, budget: 1 }, throttle: false, circuit: false } as const;

before(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  restore = policeOutbound({ origins: { [new URL(url).origin]: {} }, ...limits });
});

beforeEach(() => {
  seen = [];
  failing = 1;
});

after(() => {
  restore();
  server.closeAllConnections();
  server.close();
});

const attempts = (): (string | undefined)[] => seen.map(({ attempt }) => attempt);

test('axios as it is: a GET is repeated, a POST is not', async () => {
  const { status, data } = await axios.get(url, { timeout: 30_000 });
  assert.deepEqual([status, data, attempts()], [200, { status: 200 }, [undefined, '2']]);
  seen = [];
  await assert.rejects(axios.post(url, { a: 1 }), { status: 503 });
  assert.deepEqual(seen, [{ attempt: undefined, body: '{"a":1}' }]);
});

test('axios: its signal ends a call between two attempts', async () => {
  const caller = new AbortController();
  server.once('request', () => setImmediate(() => caller.abort()));
  failing = 5;
  await assert.rejects(axios.get(url, { signal: caller.signal }), { code: 'ERR_CANCELED' });
});

test('got as it is: a GET is repeated, a POST is not', async () => {
  const single = got.extend({ retry: { limit: 0 }, timeout: { request: 5000, response: 4000 } });
  assert.deepEqual(await single(url).json(), { status: 200 });
  assert.deepEqual(attempts(), [undefined, '2']);
  seen = [];
  await assert.rejects(single.post(url, { json: { a: 1 } }), /503/);
  assert.equal(seen.length, 1);
});

test('a client that the code makes itself keeps its own attempts: they are not repeated once more', async () => {
  failing = 100;
  const client = createClient({ ...limits, retry: { baseMs: 1, budget: 1, attempts: 2 } });
  assert.equal((await client.fetch(url)).status, 503);
  assert.deepEqual(attempts(), [undefined, '2']);
  seen = [];
  const agent = new Agent();
  const { body } = await undiciRequest(url, { dispatcher: agent.compose(client.interceptor()) });
  await body.dump();
  assert.deepEqual(attempts(), [undefined, '2']);
  seen = [];
  const api = axios.create({ adapter: 'fetch', env: { fetch: client.fetch, Request: null as never } });
  await assert.rejects(api.get(url), { status: 503 });
  assert.deepEqual(attempts(), [undefined, '2']);
  await agent.close();
  client.close();
});

test('OpenTelemetry: a span for each attempt through undici, and one for a call of node:http', async () => {
  const spans = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const instrumentations = [
    new UndiciInstrumentation({ startSpanHook: resendAttributes }),
    new HttpInstrumentation({ disableIncomingRequestInstrumentation: true }),
  ];
  for (const each of instrumentations) {
    each.setTracerProvider(provider);
    each.enable();
  }
  try {
    await (await undiciRequest(url)).body.dump();
    assert.deepEqual(
      spans.getFinishedSpans().map(({ attributes }) => attributes['http.request.resend_count']),
      [undefined, 1],
    );
    spans.reset();
    seen = [];
    // The instrumentation replaces what `require` gives.
    const instrumented = createRequire(import.meta.url)('http') as typeof http;
    const [response] = (await once(instrumented.get(url), 'response')) as [http.IncomingMessage];
    await text(response);
    assert.deepEqual(attempts(), [undefined, '2']);
    const found = spans.getFinishedSpans().map(({ attributes }) => attributes);
    assert.equal(found.length, 1);
    assert.equal(found[0]?.['http.response.status_code'] ?? found[0]?.['http.status_code'], 200);
  } finally {
    for (const each of instrumentations) each.disable();
  }
});
