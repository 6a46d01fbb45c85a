// On real servers: what node:http and node:http2 say of a response is what this rests on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { stageOf } from './progress.ts';

type Respond = (response: http.ServerResponse) => void;

const EVENTS = 'text/event-stream; charset=utf-8';

/** What each way to answer over HTTP/1.1 is taken for, before the response has ended. */
const CASES: Readonly<Record<string, readonly [stage: string, respond: Respond]>> = {
  'nothing sent': ['waiting', () => {}],
  'headers set, nothing sent': ['waiting', (res) => res.setHeader('content-type', EVENTS)],
  'head written': ['sending', (res) => res.writeHead(200, { 'Content-Type': 'text/html' })],
  'body begun': ['sending', (res) => res.write('x')],
  ended: ['answered', (res) => res.end('x')],
  'events, as an argument': ['answered', (res) => res.writeHead(200, { 'Content-Type': EVENTS })],
  'events, as a list': ['answered', (res) => res.writeHead(200, ['content-type', 'text/event-stream'])],
  'events, set before': [
    'answered',
    (res) => {
      res.setHeader('Content-Type', EVENTS);
      res.flushHeaders();
    },
  ],
  'events only in another header': [
    'sending',
    (res) => res.writeHead(200, { 'x-content-type': 'text/event-stream', 'content-type': 'text/plain' }),
  ],
};

async function stageOver1(t: TestContext, respond: Respond): Promise<string> {
  const server = http.createServer().listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const asked = http.get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  asked.on('error', () => {});
  const [, response] = (await once(server, 'request')) as [unknown, http.ServerResponse];
  respond(response);
  return stageOf(response);
}

for (const [name, [stage, respond]] of Object.entries(CASES)) {
  test(`HTTP/1.1, ${name}: ${stage}`, async (t) => {
    assert.equal(await stageOver1(t, respond), stage);
  });
}

const CASES_2: Readonly<
  Record<string, readonly [stage: string, respond: (stream: http2.ServerHttp2Stream) => void]>
> = {
  'nothing sent': ['waiting', () => {}],
  'head sent': ['sending', (stream) => stream.respond({ ':status': 200 })],
  events: ['answered', (stream) => stream.respond({ ':status': 200, 'content-type': EVENTS })],
  ended: [
    'answered',
    (stream) => {
      stream.respond();
      stream.end('x');
    },
  ],
};

for (const [name, [stage, respond]] of Object.entries(CASES_2)) {
  test(`HTTP/2, ${name}: ${stage}`, async (t) => {
    const server = http2.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    session.on('error', () => {});
    t.after(() => {
      session.destroy();
      server.close();
    });
    session.request({ ':path': '/' }).on('error', () => {});
    const [stream] = (await once(server, 'stream')) as [http2.ServerHttp2Stream];
    stream.on('error', () => {});
    respond(stream);
    assert.equal(stageOf(stream), stage);
  });
}
