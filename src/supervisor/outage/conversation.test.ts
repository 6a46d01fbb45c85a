import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { reply } from './conversation.ts';

const said = (text: string | Buffer): string => {
  const answer = reply(Buffer.from(text), 7);
  return answer.kind === 'say' ? answer.bytes.toString() : answer.kind;
};

test('a request is answered once its head is there, whatever comes of its body', () => {
  const head = 'POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n';
  for (const text of [head, `${head}some`, `${head}${'x'.repeat(1000)}GET / HTTP/1.1\r\n\r\n`]) {
    assert.match(
      said(text),
      /^HTTP\/1\.1 503 Service Unavailable\r\n[^]*\r\nRetry-After: 7\r\nRespite-Shed: no-worker\r\nConnection: close\r\n\r\nThis/,
    );
  }
  const [, length] = /Content-Length: (\d+)/.exec(said(head)) ?? [];
  assert.equal(said(head).split('\r\n\r\n')[1]?.length, Number(length));
});

test('to HEAD only the head', () => {
  assert.match(said('HEAD / HTTP/1.1\r\n\r\n'), /Content-Length: [1-9]\d*\r\n[^]*\r\n\r\n$/);
});

test('half a head is waited for, one that never ends is not', () => {
  assert.equal(said(''), 'more');
  assert.equal(said('GET / HTTP/1.1\r\nHost: a\r\n'), 'more');
  assert.match(said(`GET / HTTP/1.1\r\nCookie: ${'x'.repeat(16 * 1024)}`), /^HTTP\/1\.1 503/);
});

test('TLS gets no answer in plain text', () => {
  assert.equal(said(Buffer.from([0x16])), 'close');
  assert.equal(said(Buffer.from([0x16, 3, 1, 2, 0])), 'close');
});

test('HTTP/2 is told that nothing was looked at', () => {
  const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  for (let i = 1; i < preface.length; i += 1) assert.equal(said(preface.slice(0, i)), 'more');
  const answer = reply(Buffer.from(`${preface}frames`), 7);
  assert.ok(answer.kind === 'say');
  assert.equal(answer.bytes.toString('hex'), '0000000400000000000000080700000000000000000000000000');
});

test('however the bytes come in pieces, there is one answer in the end', () => {
  const whole = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  fc.assert(
    fc.property(fc.nat({ max: whole.length }), (length) => {
      const { kind } = reply(whole.subarray(0, length), 1);
      assert.equal(kind, length === whole.length ? 'say' : 'more');
    }),
  );
});

test('it says what admission says to its readers: JSON, to pages of other origins, to gRPC', () => {
  const options = { headers: ['X-Region', 'eu'], cors: { origins: '*', credentials: false } } as const;
  const say = (headers: string): string => {
    const answer = reply(Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n`), 7, options);
    return answer.kind === 'say' ? answer.bytes.toString() : answer.kind;
  };
  const json = say('Accept: application/json\r\nOrigin: https://app.example');
  assert.match(
    json,
    /^HTTP\/1\.1 503 [^]*application\/problem\+json[^]*Access-Control-Allow-Origin: \*[^]*X-Region: eu/,
  );
  assert.equal(JSON.parse(json.split('\r\n\r\n')[1] ?? '').status, 503);
  assert.match(say('content-type: application/grpc+proto'), /^HTTP\/1\.1 200 OK[^]*grpc-status: 14/);
});
