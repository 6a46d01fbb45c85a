// Against what node:http really writes, split in every way.
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { ResponseParser } from './parser.ts';

/** By path: how node:http answers. */
const ANSWERS: Readonly<Record<string, RequestListener>> = {
  '/length': (_req, res) => res.setHeader('Content-Length', 5).end('hello'),
  '/empty': (_req, res) => res.setHeader('Content-Length', 0).end(),
  '/chunked': (_req, res) => {
    res.write('first');
    res.write('x'.repeat(300));
    res.end('last\r\n0\r\n\r\n');
  },
  '/trailers': (req, res) => {
    res.write('body');
    if (req.httpVersion === '1.1') res.addTrailers({ 'X-Sum': '5' });
    res.end();
  },
  '/no-content': (_req, res) => res.writeHead(204).end(),
  '/not-modified': (_req, res) => res.writeHead(304, { ETag: '"a"' }).end(),
  '/informational': (_req, res) => {
    res.writeProcessing();
    res.writeEarlyHints({ link: '</a.css>; rel=preload' });
    res.end('after all');
  },
  '/shed': (_req, res) =>
    res.writeHead(503, { 'Retry-After': '2', 'Respite-Shed': 'in-flight', Connection: 'close' }).end(),
};

/** `GET /path HTTP/1.1`, and what came back. */
const recorded = new Map<string, Buffer>();
const server = createServer((req, res) => {
  ANSWERS[req.url ?? '']?.(req, res);
});

async function record(requestLine: string): Promise<Buffer> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`${requestLine}\r\nHost: a\r\nConnection: close\r\n\r\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  for (const path of Object.keys(ANSWERS)) {
    for (const line of [`GET ${path} HTTP/1.1`, `HEAD ${path} HTTP/1.1`, `GET ${path} HTTP/1.0`])
      recorded.set(line, await record(line));
  }
});

after(() => server.close().closeAllConnections());

/** Feeds parts one after another. */
function parse(parts: readonly Buffer[], isHeadRequest: boolean): ResponseParser & { progress: string } {
  const parser = new ResponseParser();
  parser.begin(isHeadRequest);
  let progress = 'more';
  for (const part of parts) {
    assert.equal(progress, 'more', 'it goes on after its end');
    progress = parser.feed(part);
    part.fill(0); // as the next read does with the buffer
  }
  return Object.assign(parser, { progress });
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.toSorted((a, b) => a - b), bytes.length];
  const parts = places.slice(1).map((to, i) => Buffer.from(bytes.subarray(places[i], to)));
  return parts.filter((part) => part.length > 0);
}

function assertRead(line: string, parser: ResponseParser & { progress: string }): void {
  const { head, progress } = parser;
  const path = line.split(' ')[1] ?? '';
  const expected = { '/no-content': 204, '/not-modified': 304, '/shed': 503 }[path] ?? 200;
  assert.equal(head?.status, expected, line);
  if (path === '/shed') assert.deepEqual([head.shed, head.retryAfter], ['in-flight', '2']);
  // To clients of HTTP/1.0, bodies without a length end with the connection.
  if (progress === 'complete') assert.equal(parser.endsWithConnection, false, line);
  else assert.ok(parser.endsWithConnection && line.endsWith('1.0'), line);
  assert.equal(parser.closes, true);
}

test('every response of node:http, split at every byte', () => {
  assert.equal(recorded.size, 3 * Object.keys(ANSWERS).length);
  for (const [line, bytes] of recorded) {
    const isHead = line.startsWith('HEAD');
    for (let at = 0; at <= bytes.length; at += 1) assertRead(line, parse(cut(bytes, [at]), isHead));
    assertRead(line, parse(cut(bytes, [...bytes.keys()]), isHead));
  }
});

test('property: split anywhere, and one after another on a kept-alive connection', () => {
  const responses = [...recorded].filter(([line]) => line.endsWith('1.1') && !line.includes('/shed'));
  const one = fc.record({
    response: fc.constantFrom(...responses),
    cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 4 }), (sequence) => {
      const parser = new ResponseParser();
      for (const { response, cuts } of sequence) {
        const [line, bytes] = response;
        parser.begin(line.startsWith('HEAD'));
        const parts = cut(
          bytes,
          cuts.map((share) => Math.floor(share * bytes.length)),
        );
        const progress = parts.map((part) => parser.feed(part));
        assert.deepEqual(progress, [...parts.slice(1).map(() => 'more'), 'complete'], line);
      }
    }),
  );
});

const read = (text: string, isHeadRequest = false): ResponseParser & { progress: string } =>
  parse([Buffer.from(text, 'latin1')], isHeadRequest);

test('kept alive or not: by version, and by Connection', () => {
  const empty = 'Content-Length: 0\r\n\r\n';
  assert.equal(read(`HTTP/1.1 200 OK\r\n${empty}`).closes, false);
  assert.equal(read(`HTTP/1.1 200 OK\r\nconnection: Upgrade, CLOSE\r\n${empty}`).closes, true);
  assert.equal(read(`HTTP/1.0 200 OK\r\n${empty}`).closes, true);
  assert.equal(read(`HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n${empty}`).closes, false);
  assert.equal(read(`HTTP/1.1 200\r\nKeep-Alive: max=5, timeout=7\r\n${empty}`).head?.keepAliveSeconds, 7);
});

test('bytes after the end belong to no request: the connection is not used again', () => {
  const { progress, closes } = read('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok!');
  assert.deepEqual([progress, closes], ['complete', true]);
});

test('chunks with extensions, capitals and trailers', () => {
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n';
  for (const body of [
    'A;name="v"\r\n0123456789\r\n0\r\n\r\n',
    '000a \r\n0123456789\r\n00\r\nA: b\r\nC: d\r\n\r\n',
  ])
    assert.equal(read(head + body).progress, 'complete', body);
  assert.equal(read(`${head}a\r\n0123456789\r\n0\r\nA: b\r\n`).progress, 'more');
});

test('what is no response is broken, at once and without end', () => {
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  const broken = [
    'SSH-2.0-OpenSSH\r\n\r\n',
    'HTTP/2 200 OK\r\n\r\n',
    'HTTP/1.1 20 OK\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\n\r\n',
    'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
    'HTTP/1.1 200 OK\r\n: no name\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}`,
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`,
    `${chunked}x\r\n`,
    `${chunked}\r\n`,
    `${chunked}1;${'x'.repeat(5000)}`,
    `${chunked}fffffffffffff\r\n`,
    `${chunked}1\r\nab`,
    `${chunked}1\r\na\rb`,
    `${chunked}0\r\n${'A: b\r\n'.repeat(20_000)}`,
  ];
  for (const text of broken) assert.equal(read(text).progress, 'broken', JSON.stringify(text.slice(0, 80)));
});

test('property: whatever arrives, the parser answers', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }),
      fc.boolean(),
      (parts, asBody) => {
        const parser = new ResponseParser();
        parser.begin(false);
        if (asBody) parser.feed(Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'));
        for (const part of parts) {
          if (parser.feed(Buffer.from(part)) !== 'more') return;
        }
      },
    ),
  );
});
