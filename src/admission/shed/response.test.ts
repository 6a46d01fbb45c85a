import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveShedResponse, type ShedResponseOptions } from './options.ts';
import { prefersJson, rawResponse, type ReaderHeaders, shedResponse } from './response.ts';

const SAYING = { status: 503, reason: 'in-flight', retryAfterSeconds: 7 } as const;

function answer(reader: ReaderHeaders, options: ShedResponseOptions = {}): ReturnType<typeof shedResponse> {
  return shedResponse(SAYING, reader, resolveShedResponse(options));
}

function headersOf({ headers }: { readonly headers: readonly string[] }): Map<string, string> {
  const found = new Map<string, string>();
  for (let i = 0; i < headers.length; i += 2) found.set(headers[i] ?? '', headers[i + 1] ?? '');
  return found;
}

const ACCEPTS: readonly (readonly [accept: string | undefined, isJson: boolean])[] = [
  [undefined, false],
  ['*/*', false],
  ['application/json', true],
  ['application/problem+json', true],
  ['application/json, text/plain, */*', true],
  ['text/plain, application/json', false],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', false],
  ['text/html;q=0.5, application/json;q=0.8', true],
  ['application/json;q=0', false],
];

for (const [accept, isJson] of ACCEPTS) {
  test(`Accept ${JSON.stringify(accept)} prefers ${isJson ? 'JSON' : 'text'}`, () => {
    assert.equal(prefersJson(accept), isJson);
  });
}

test('a reader of JSON gets a problem of RFC 9457', () => {
  const { status, body, headers } = answer({ accept: 'application/json' });
  assert.equal(status, 503);
  const problem = JSON.parse(body);
  assert.deepEqual(
    [problem.status, problem.title, problem.reason, problem.retryAfterSeconds],
    [503, 'Service Unavailable', 'in-flight', 7],
  );
  assert.equal(headersOf({ headers }).get('Content-Length'), String(body.length));
});

test('a gRPC client gets trailers only: UNAVAILABLE, and when to try again', () => {
  const { status, body, headers } = answer({ 'content-type': 'application/grpc+proto' });
  const found = headersOf({ headers });
  assert.deepEqual([status, body], [200, '']);
  assert.equal(found.get('Content-Type'), 'application/grpc+proto');
  assert.equal(found.get('grpc-status'), '14');
  assert.equal(found.get('grpc-retry-pushback-ms'), '7000');
});

test('pages of the origins that are named may read the answer, others not', () => {
  const cors = { origins: ['https://app.example'], credentials: true };
  const own = headersOf(answer({ origin: 'https://app.example' }, { cors }));
  assert.equal(own.get('Access-Control-Allow-Origin'), 'https://app.example');
  assert.equal(own.get('Access-Control-Expose-Headers'), 'Retry-After, Respite-Shed, Respite-Retry');
  assert.equal(own.get('Access-Control-Allow-Credentials'), 'true');
  const other = headersOf(answer({ origin: 'https://evil.example' }, { cors }));
  assert.equal(other.get('Access-Control-Allow-Origin'), undefined);
  assert.equal(other.get('Vary'), 'Origin');
  const any = headersOf(answer({ origin: 'https://evil.example' }, { cors: { origins: '*' } }));
  assert.equal(any.get('Access-Control-Allow-Origin'), '*');
});

test('by default pages of all origins may read the answer, without cookies; switched off none may', () => {
  const page = { origin: 'https://app.example' };
  const open = headersOf(answer(page));
  assert.equal(open.get('Access-Control-Allow-Origin'), '*');
  assert.equal(open.get('Access-Control-Expose-Headers'), 'Retry-After, Respite-Shed, Respite-Retry');
  assert.equal(open.get('Access-Control-Allow-Credentials'), undefined);
  assert.equal(headersOf(answer({})).get('Access-Control-Allow-Origin'), undefined, 'no browser asks');
  assert.equal(headersOf(answer(page, { cors: false })).get('Access-Control-Allow-Origin'), undefined);
});

test('additional headers are sent, and Envoy is told not to retry', () => {
  const raw = rawResponse(answer({}, { headers: { 'X-Region': 'eu' }, envoyRateLimited: true }));
  assert.match(
    raw,
    /^HTTP\/1\.1 503 Service Unavailable\r\n[^]*\r\nX-Region: eu\r\nx-envoy-ratelimited: true\r\n/,
  );
  assert.match(raw, /Connection: close\r\n\r\nThis server is busy/);
  assert.ok(rawResponse(answer({}), true).endsWith('\r\n\r\n'), 'HEAD has no body');
});

for (const [name, given, message] of [
  [
    'own header',
    { headers: { 'retry-after': '1' } },
    /admission\.shedResponse\.headers\.retry-after must be the name/,
  ],
  ['line break', { headers: { a: 'b\r\nc: d' } }, /admission\.shedResponse\.headers\.a must be the text/],
  ['no origin', { cors: { origins: ['app'] } }, /cors\.origins\[0\] must be an origin/],
  [
    'credentials for all',
    { cors: { origins: '*', credentials: true } },
    /cors\.credentials must be left out/,
  ],
  ['unknown key', { cors: { origin: '*' } }, /origin/],
] as const) {
  test(`invalid: ${name}`, () => {
    assert.throws(() => resolveShedResponse(given as unknown as ShedResponseOptions), {
      code: 'RESPITE_OPTIONS_INVALID',
      message,
    });
  });
}

test('callers are asked not to retry, in words of HTTP and of gRPC', () => {
  const asks = { status: 503, reason: 'in-flight', retryAfterSeconds: 2, forbidsRetry: true } as const;
  const fields = (type?: string): Map<string, string> =>
    headersOf(shedResponse(asks, { 'content-type': type }, resolveShedResponse({})));
  assert.equal(fields().get('Respite-Retry'), 'no');
  assert.equal(fields('application/grpc').get('grpc-retry-pushback-ms'), '-1');
});
