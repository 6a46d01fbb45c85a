// What requests ask of a cache: RFC 9111, 4.1 and 5.2.1; conditions and ranges, RFC 9110, 13 and 14.
import { FRESH, type PairCase } from '../suite.ts';

const tagged = { headers: { ...FRESH, etag: '"a"', 'last-modified': '@-1000' }, body: '0123456789' };

const directives: readonly PairCase[] = [
  ...(
    [
      ['no-cache', 'validate'],
      ['No-Cache', 'validate'],
      ['no-cache, foo', 'validate'],
      ['max-age=0', 'validate'],
      ['max-age=5', 'validate'],
      ['max-age=10', 'hit'],
      ['max-age=11', 'hit'],
      ['max-age=bogus', 'validate'],
      ['min-fresh=3589', 'hit'],
      ['min-fresh=3591', 'validate'],
      ['min-fresh=x', 'validate'],
      ['max-stale', 'hit'],
      ['only-if-cached', 'hit'],
      ['max-age=5, only-if-cached', '504'],
      ['no-cache, only-if-cached', '504'],
      ['max-age=5, max-stale=100', 'hit'],
      ['max-age=5, max-stale=4', 'validate'],
      ['no-transform', 'hit'],
    ] as const
  ).map(([field, expect]): PairCase => ({
    rfc: '9111, 5.2.1',
    name: `a request with ${field}, 10 s after: ${expect}`,
    reply: tagged,
    after: 10,
    second: { headers: { 'cache-control': field } },
    expect,
  })),
  ...(
    [
      ['max-stale', 1000, 'hit'],
      ['max-stale=100', 100, 'hit'],
      ['max-stale=100', 200, 'validate'],
      ['max-stale=x', 20, 'validate'],
      ['only-if-cached', 20, '504'],
      ['only-if-cached, max-stale', 20, 'hit'],
    ] as const
  ).map(([field, after, expect]): PairCase => ({
    rfc: '9111, 5.2.1.2',
    name: `a request with ${field}, ${after} s after a response that was fresh for 10 s: ${expect}`,
    reply: { headers: { 'cache-control': 'max-age=10', etag: '"a"' } },
    after,
    second: { headers: { 'cache-control': field } },
    expect,
  })),
  {
    rfc: '9111, 5.4',
    name: 'Pragma: no-cache in a request without Cache-Control',
    reply: tagged,
    second: { headers: { pragma: 'no-cache' } },
    expect: 'validate',
  },
  {
    rfc: '9111, 5.4',
    name: 'Pragma in a request with Cache-Control says nothing',
    reply: tagged,
    second: { headers: { pragma: 'no-cache', 'cache-control': 'max-age=100' } },
    expect: 'hit',
  },
  {
    rfc: '9111, 5.2.1.5',
    name: 'a request with no-store is not answered from the cache',
    reply: tagged,
    second: { headers: { 'cache-control': 'no-store' } },
    expect: 'miss',
  },
  ...(
    [
      ['no-store', 'miss'],
      ['reload', 'miss'],
      ['no-cache', 'validate'],
      ['default', 'hit'],
      ['force-cache', 'hit'],
    ] as const
  ).map(([cache, expect]): PairCase => ({
    rfc: 'Fetch, 5.4',
    name: `the cache mode ${cache} of fetch: ${expect}`,
    reply: tagged,
    second: { cache },
    expect,
  })),
  {
    rfc: '8246, 2',
    name: 'an immutable response needs no revalidation on reload',
    reply: { headers: { 'cache-control': 'max-age=3600, immutable', etag: '"a"' } },
    second: { headers: { 'cache-control': 'max-age=0' } },
    expect: 'hit',
  },
  {
    rfc: '8246, 2',
    name: 'unless the user wants it so',
    reply: { headers: { 'cache-control': 'max-age=3600, immutable', etag: '"a"' } },
    second: { headers: { 'cache-control': 'no-cache' } },
    expect: 'validate',
  },
  {
    rfc: '8246, 2',
    name: 'immutable ends with freshness',
    reply: { headers: { 'cache-control': 'max-age=1, immutable', etag: '"a"' } },
    after: 2,
    expect: 'validate',
  },
];

const vary: readonly PairCase[] = (
  [
    ['x-a', { 'x-a': '1' }, { 'x-a': '1' }, 'hit'],
    ['x-a', { 'x-a': '1' }, { 'x-a': '2' }, 'miss'],
    ['x-a', { 'x-a': '1' }, {}, 'miss'],
    ['x-a', {}, { 'x-a': '1' }, 'miss'],
    ['x-a', {}, {}, 'hit'],
    ['x-a', {}, { 'x-a': '' }, 'miss'],
    ['X-A', { 'x-a': '1' }, { 'X-a': '1' }, 'hit'],
    ['X-A', { 'x-a': '1' }, { 'x-a': '2' }, 'miss'],
    ['x-a', { 'x-a': 'a' }, { 'x-a': 'A' }, 'miss'],
    ['x-a', { 'x-a': '1, 2' }, { 'x-a': '1,2' }, 'hit'],
    ['x-a', { 'x-a': '1, 2' }, { 'x-a': '2, 1' }, 'miss'],
    ['x-a, x-b', { 'x-a': '1', 'x-b': '2' }, { 'x-a': '1', 'x-b': '2' }, 'hit'],
    ['x-a, x-b', { 'x-a': '1', 'x-b': '2' }, { 'x-a': '1', 'x-b': '3' }, 'miss'],
    ['x-a, x-b', { 'x-a': '1' }, { 'x-b': '1' }, 'miss'],
    ['x-a', { 'x-a': '1', 'x-b': '2' }, { 'x-a': '1', 'x-b': '3' }, 'hit'],
    ['*', {}, {}, 'miss'],
    ['x-a, *', {}, {}, 'miss'],
    ['* ', { 'x-a': '1' }, { 'x-a': '1' }, 'miss'],
    ['', {}, {}, 'hit'],
    [',', {}, {}, 'hit'],
    ['accept-encoding', {}, {}, 'hit'],
    ['accept-language', { 'accept-language': 'de' }, { 'accept-language': 'en' }, 'miss'],
  ] as const
).map(([field, first, second, expect]): PairCase => ({
  rfc: '9111, 4.1',
  name: `Vary: ${field}; ${JSON.stringify(first)} then ${JSON.stringify(second)}: ${expect}`,
  reply: { headers: { ...FRESH, vary: field } },
  first: { headers: first },
  second: { headers: second },
  expect,
}));

const conditional: readonly PairCase[] = [
  ...(
    [
      ['"a"', 304],
      ['W/"a"', 304],
      ['*', 304],
      ['"b", "a"', 304],
      ['"b","a"', 304],
      ['"b"', 200],
      ['"b", "c"', 200],
      ['"A"', 200],
      ['a', 200],
      ['', 200],
    ] as const
  ).map(([tag, status]): PairCase => ({
    rfc: '9110, 13.1.2',
    name: `If-None-Match: ${tag} is answered by ${status} from what is stored`,
    reply: tagged,
    second: { headers: { 'if-none-match': tag } },
    expect: 'hit',
    status,
  })),
  ...(
    [
      ['@-1000', 304],
      ['@-999', 304],
      ['@-1', 304],
      ['@-1002', 200],
      ['never', 200],
    ] as const
  ).map(([since, status]): PairCase => ({
    rfc: '9110, 13.1.3',
    name: `If-Modified-Since: ${since} is answered by ${status} from what is stored`,
    reply: tagged,
    after: 0,
    second: { headers: { 'if-modified-since': since } },
    expect: 'hit',
    status,
  })),
  {
    rfc: '9110, 13.2.2',
    name: 'If-None-Match wins over If-Modified-Since',
    reply: tagged,
    second: { headers: { 'if-none-match': '"b"', 'if-modified-since': '@-1' } },
    expect: 'hit',
    status: 200,
  },
  {
    rfc: '9110, 15.4.5',
    name: '304 repeats Cache-Control, Date, ETag and Vary, and no more of the content',
    reply: { headers: { ...tagged.headers, vary: 'x-a', 'content-type': 'text/plain' } },
    second: { headers: { 'if-none-match': '"a"' } },
    expect: 'hit',
    status: 304,
    fields: { 'cache-control': 'max-age=3600', etag: '"a"', vary: 'x-a', date: /GMT/, 'content-type': null },
  },
  {
    rfc: '9111, 4.3.2',
    name: 'without a Last-Modified its Date stands for it',
    reply: { headers: FRESH },
    after: 10,
    second: { headers: { 'if-modified-since': '@0' } },
    expect: 'hit',
    status: 304,
  },
  {
    rfc: '9111, 4.3.2',
    name: 'a stored error does not answer conditions',
    reply: { status: 404, headers: { ...FRESH, etag: '"a"' } },
    second: { headers: { 'if-none-match': '"a"' } },
    expect: 'hit',
    status: 404,
  },
  ...['if-match', 'if-unmodified-since'].map((name): PairCase => ({
    rfc: '9110, 13.1.1',
    name: `${name} is for the origin`,
    reply: { headers: FRESH },
    second: { headers: { [name]: name === 'if-match' ? '"a"' : '@0' } },
    expect: 'miss',
  })),
];

const ranges: readonly PairCase[] = [
  ...(
    [
      ['bytes=0-3', 206, 'bytes 0-3/10', '4'],
      ['bytes=4-', 206, 'bytes 4-9/10', '6'],
      ['bytes=-3', 206, 'bytes 7-9/10', '3'],
      ['bytes=0-0', 206, 'bytes 0-0/10', '1'],
      ['bytes=5-100', 206, 'bytes 5-9/10', '5'],
      ['bytes=-100', 206, 'bytes 0-9/10', '10'],
      ['Bytes=1-2', 206, 'bytes 1-2/10', '2'],
      ['bytes=10-', 416, 'bytes */10', null],
      ['bytes=-0', 416, 'bytes */10', null],
      ['bytes=3-1', 200, null, null],
      ['bytes=0-1,3-4', 200, null, null],
      ['lines=0-3', 200, null, null],
      ['bytes=-', 200, null, null],
      ['0-3', 200, null, null],
    ] as const
  ).map(([range, status, contentRange, length]): PairCase => ({
    rfc: '9110, 14.2',
    name: `Range: ${range} is answered by ${status} from what is stored`,
    reply: tagged,
    second: { headers: { range } },
    expect: 'hit',
    status,
    fields: { 'content-range': contentRange, ...(length !== null && { 'content-length': length }) },
  })),
  ...(
    [
      ['"a"', 206],
      ['"b"', 200],
      ['W/"a"', 200],
      ['@-1000', 206],
      ['@-2000', 200],
    ] as const
  ).map(([condition, status]): PairCase => ({
    rfc: '9110, 13.1.5',
    name: `If-Range: ${condition}: ${status}`,
    reply: tagged,
    after: 0,
    second: { headers: { range: 'bytes=0-3', 'if-range': condition } },
    expect: 'hit',
    status,
  })),
  {
    rfc: '9110, 14.2',
    name: 'Range is ignored for HEAD',
    reply: tagged,
    second: { method: 'HEAD', headers: { range: 'bytes=0-3' } },
    expect: 'hit',
    status: 200,
  },
  {
    rfc: '9110, 14.2',
    name: 'Range is ignored for a stored error',
    reply: { status: 404, headers: FRESH },
    second: { headers: { range: 'bytes=0-3' } },
    expect: 'hit',
    status: 404,
  },
];

const head: readonly PairCase[] = [
  {
    rfc: '9111, 4',
    name: 'HEAD is answered from a stored response to GET',
    reply: { headers: { ...FRESH, 'content-length': '3' }, body: 'abc' },
    second: { method: 'HEAD' },
    expect: 'hit',
    fields: { 'content-length': '3' },
  },
  {
    rfc: '9111, 4',
    name: 'HEAD for something stale goes to the origin',
    reply: { headers: { 'cache-control': 'max-age=1' } },
    after: 2,
    second: { method: 'HEAD' },
    expect: 'miss',
  },
];

const statusFields: readonly PairCase[] = [
  {
    rfc: '9211, 2.1',
    name: 'a hit says for how long it is fresh',
    reply: { headers: { 'cache-control': 'max-age=100' } },
    after: 10,
    expect: 'hit',
    fields: { 'cache-status': 'Respite; hit; ttl=90' },
  },
  {
    rfc: '9211, 2.5',
    name: 'a stale hit says for how long it is not',
    reply: { headers: { 'cache-control': 'max-age=100' } },
    after: 110,
    second: { headers: { 'cache-control': 'max-stale' } },
    expect: 'hit',
    fields: { 'cache-status': 'Respite; hit; ttl=-10' },
  },
  {
    rfc: '9211, 2.2',
    name: 'fwd=stale with the status of the validation',
    reply: { headers: { 'cache-control': 'max-age=1', etag: '"a"' } },
    after: 2,
    expect: 'validate',
    fields: { 'cache-status': 'Respite; fwd=stale; fwd-status=304' },
  },
  {
    rfc: '9211, 2.2',
    name: 'fwd=request where the request wanted it',
    reply: tagged,
    second: { headers: { 'cache-control': 'no-cache' } },
    expect: 'validate',
    fields: { 'cache-status': 'Respite; fwd=request; fwd-status=304' },
  },
  {
    rfc: '9211, 2.2',
    name: 'fwd=vary-miss',
    reply: { headers: { ...FRESH, vary: 'x-a' } },
    second: { headers: { 'x-a': '2' } },
    expect: 'miss',
    fields: { 'cache-status': 'Respite; fwd=vary-miss; fwd-status=200; stored' },
  },
  {
    rfc: '9211, 2.2',
    name: 'fwd=method',
    second: { method: 'POST' },
    expect: 'miss',
    fields: { 'cache-status': 'Respite; fwd=method; fwd-status=200' },
  },
  {
    rfc: '9211, 2.2',
    name: 'fwd=bypass',
    second: { headers: { authorization: 'a' } },
    expect: 'miss',
    fields: { 'cache-status': 'Respite; fwd=bypass; fwd-status=200' },
  },
  {
    rfc: '9211, 2',
    name: 'it comes after those of caches nearer to the origin, by the name that it was given',
    options: { name: 'Edge' },
    reply: { headers: { ...FRESH, 'cache-status': 'Other; hit' } },
    expect: 'hit',
    fields: { 'cache-status': 'Other; hit, Edge; hit; ttl=3599' },
  },
];

export const requests: readonly PairCase[] = [
  ...directives,
  ...vary,
  ...conditional,
  ...ranges,
  ...head,
  ...statusFields,
];
