// The recipes of the guide for other HTTP clients and for OpenTelemetry.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context } from '@opentelemetry/api';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import axios from 'axios';
import got from 'got';
import { createClient } from '../../src/client/index.ts';
import { resendAttributes } from '../../src/telemetry/opentelemetry/index.ts';

interface Seen {
  readonly attempt: string | undefined;
  readonly body: string;
}

let seen: Seen[] = [];
let url = '';
const client = createClient({ retry: { baseMs: 0 } });

async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const body = await text(request);
  seen.push({ attempt: request.headers['respite-attempt']?.toString(), body });
  const isFirst = seen.length === 1;
  response.writeHead(isFirst ? 503 : 200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
  response.end(gzipSync(JSON.stringify({ isFirst })));
}

/** Fails the first request of each test. */
const server = http.createServer((request, response) => void answer(request, response));

before(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

beforeEach(() => {
  seen = [];
});

after(() => {
  server.closeAllConnections();
  server.close();
});

const api = axios.create({ adapter: 'fetch', env: { fetch: client.fetch, Request: null as never } });

test('axios: a GET is repeated', async () => {
  const { status, data } = await api.get(url);
  assert.deepEqual([status, data], [200, { isFirst: false }]);
  assert.deepEqual(
    seen.map(({ attempt }) => attempt),
    [undefined, '2'],
  );
});

test('axios: a POST is repeated with its body where that is safe, and is sent once elsewhere', async () => {
  await api.post(url, { a: 1 }, { headers: { 'idempotency-key': 'k' } });
  assert.deepEqual(
    seen.map(({ body }) => body),
    ['{"a":1}', '{"a":1}'],
  );
  seen = [];
  await assert.rejects(api.post(url, { a: 1 }), { status: 503 });
  assert.equal(seen.length, 1);
});

test('axios: its signal ends the call', async () => {
  const caller = new AbortController();
  caller.abort();
  await assert.rejects(api.get(url, { signal: caller.signal }), { code: 'ERR_CANCELED' });
});

const resilient = got.extend({
  retry: { limit: 0 },
  decompress: false,
  async request(target, { method, headers }) {
    // Others have a body, which got writes by itself.
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    const response = await client.fetch(target, { method, headers: headers as Record<string, string> });
    const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body as never);
    const { status: statusCode, url: responseUrl } = response;
    return Object.assign(body, {
      statusCode,
      headers: Object.fromEntries(response.headers),
      url: responseUrl,
    }) as never;
  },
});

test('got: a GET is repeated', async () => {
  assert.deepEqual(await resilient(url).json(), { isFirst: false });
  assert.equal(seen.length, 2);
});

test('got: a POST goes its own way, once and with its body', async () => {
  await assert.rejects(resilient.post(url, { json: { a: 1 } }), /503/);
  assert.deepEqual(seen, [{ attempt: undefined, body: '{"a":1}' }]);
});

test('OpenTelemetry: each attempt is a span, and repeated ones are numbered', async () => {
  const spans = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const instrumentation = new UndiciInstrumentation({ startSpanHook: resendAttributes });
  instrumentation.setTracerProvider(provider);
  instrumentation.enable();
  try {
    await (await client.fetch(url)).text();
    assert.deepEqual(
      spans.getFinishedSpans().map(({ attributes }) => attributes['http.request.resend_count']),
      [undefined, 1],
    );
  } finally {
    instrumentation.disable();
  }
});
