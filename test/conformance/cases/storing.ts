// What may be stored: RFC 9111, 3.
import { FRESH, type PairCase } from '../suite.ts';

const heuristic = [200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501];
const others = [201, 202, 302, 303, 307, 400, 403, 409, 418, 422, 429, 500, 502, 503, 504, 505, 599];

const statuses: readonly PairCase[] = [
  ...heuristic.map((status): PairCase => ({
    rfc: '9110, 15.1',
    name: `${status} is stored without being told, by when it changed`,
    reply: { status, headers: { 'last-modified': '@-864000' } },
    first: { redirect: 'manual' },
    second: { redirect: 'manual' },
    expect: 'hit',
    status,
  })),
  ...others.map((status): PairCase => ({
    rfc: '9110, 15.1',
    name: `${status} is not stored without being told`,
    reply: { status, headers: { 'last-modified': '@-864000' } },
    first: { redirect: 'manual' },
    second: { redirect: 'manual' },
    expect: 'miss',
  })),
  ...others.map((status): PairCase => ({
    rfc: '9111, 3',
    name: `${status} is stored with max-age`,
    reply: { status, headers: FRESH },
    first: { redirect: 'manual' },
    second: { redirect: 'manual' },
    expect: 'hit',
    status,
  })),
  ...[201, 302, 599].map((status): PairCase => ({
    rfc: '9111, 3',
    name: `${status} is stored with Expires`,
    reply: { status, headers: { expires: '@+3600' } },
    first: { redirect: 'manual' },
    second: { redirect: 'manual' },
    expect: 'hit',
  })),
  ...[201, 302, 599].map((status): PairCase => ({
    rfc: '9111, 4.2.2',
    name: `${status} is heuristically fresh if it is public`,
    reply: { status, headers: { 'cache-control': 'public', 'last-modified': '@-864000' } },
    first: { redirect: 'manual' },
    second: { redirect: 'manual' },
    expect: 'hit',
  })),
];

const partial: readonly PairCase[] = [
  {
    rfc: '9111, 3.3',
    name: '206 is not stored as the whole',
    first: { headers: { range: 'bytes=0-3' } },
    reply: { status: 206, headers: { ...FRESH, 'content-range': 'bytes 0-3/8' }, body: 'abcd' },
    next: { headers: FRESH, body: 'abcdefgh' },
    expect: 'miss',
    status: 200,
  },
  {
    rfc: '9111, 3.3',
    name: '206 to a request without Range is not stored either',
    reply: { status: 206, headers: { ...FRESH, 'content-range': 'bytes 0-3/8' }, body: 'abcd' },
    expect: 'miss',
  },
  {
    rfc: '9111, 3',
    name: '200 to a request with Range is stored',
    first: { headers: { range: 'bytes=0-3' } },
    reply: { headers: FRESH, body: 'abcdefgh' },
    expect: 'hit',
    status: 200,
  },
];

const forbidden: readonly PairCase[] = [
  ...[
    'no-store',
    'No-Store',
    'NO-STORE',
    'no-store, max-age=3600',
    'max-age=3600, no-store',
    'max-age=3600,no-store',
    'max-age=3600 , no-store',
    ', no-store, max-age=3600',
    'no-store=1, max-age=3600',
    'no-store="", max-age=3600',
    'no-store="x, max-age=3600',
    'max-age="3600, no-store',
    'no-store ;max-age=3600',
  ].map((field): PairCase => ({
    rfc: '9111, 5.2.2.5',
    name: `not stored with ${field}`,
    reply: { headers: { 'cache-control': field, expires: '@+3600' } },
    expect: 'miss',
  })),
  {
    rfc: '9111, 5.2.2.5',
    name: 'not stored with no-store in a second Cache-Control line',
    reply: { headers: { 'cache-control': ['max-age=3600', 'no-store'] } },
    expect: 'miss',
  },
  ...[
    'private',
    'Private',
    'private, max-age=3600',
    'max-age=3600, private',
    'private="set-cookie", max-age=3600',
    'private="x-a, x-b", max-age=3600',
    'private=x-a, max-age=3600',
    'private="x-a, max-age=3600',
    'private=, max-age=3600',
    'private =x, max-age=3600',
    'private, s-maxage=3600',
    'max-age=3600, public, private',
  ].map((field): PairCase => ({
    rfc: '9111, 5.2.2.7',
    name: `not stored in a shared cache with ${field}`,
    reply: { headers: { 'cache-control': field, expires: '@+3600' } },
    expect: 'miss',
  })),
  {
    rfc: '9111, 5.2.2.7',
    name: 'stored in a private cache with private',
    options: { mode: 'private' },
    reply: { headers: { 'cache-control': 'private, max-age=3600' } },
    expect: 'hit',
  },
  {
    rfc: '9111, 5.2.2.5',
    name: 'not stored in a private cache with no-store',
    options: { mode: 'private' },
    reply: { headers: { 'cache-control': 'no-store, max-age=3600' } },
    expect: 'miss',
  },
  {
    rfc: '9111, 5.2.1.5',
    name: 'not stored if the request says no-store',
    first: { headers: { 'cache-control': 'no-store' } },
    expect: 'miss',
  },
  {
    rfc: '9111, 5.2.1.5',
    name: 'not stored if the cache mode of fetch is no-store',
    first: { cache: 'no-store' },
    expect: 'miss',
  },
  {
    rfc: '9111, 7.3',
    name: 'never stored with Set-Cookie',
    reply: { headers: { ...FRESH, 'set-cookie': 'a=1' } },
    expect: 'miss',
    fields: { 'set-cookie': 'a=1' },
  },
  {
    rfc: '9111, 7.3',
    name: 'never stored with Set-Cookie, be it public',
    reply: { headers: { 'cache-control': 'public, max-age=3600', 'set-cookie': ['a=1', 'b=2'] } },
    expect: 'miss',
  },
  ...['SEARCH', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND', 'HEAD'].map((method): PairCase => ({
    rfc: '9111, 3',
    name: `a response to ${method} does not answer GET`,
    first: { method },
    expect: 'miss',
  })),
  ...['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'QUERY'].map((method): PairCase => ({
    rfc: '9111, 4',
    name: `a response to GET does not answer ${method}`,
    second: { method },
    expect: 'miss',
  })),
  ...['must-understand, no-store, max-age=3600', 'no-store, must-understand, max-age=3600'].map(
    (field): PairCase => ({
      rfc: '9111, 5.2.2.3',
      name: `no-store is ignored where the status is understood: ${field}`,
      reply: { headers: { 'cache-control': field } },
      expect: 'hit',
    }),
  ),
  {
    rfc: '9111, 5.2.2.3',
    name: 'must-understand forbids a status that is not understood',
    reply: { status: 299, headers: { 'cache-control': 'must-understand, max-age=3600' } },
    expect: 'miss',
  },
];

const authorization = { authorization: 'Bearer a' };

const credentials: readonly PairCase[] = [
  {
    rfc: '9111, 3.5',
    name: 'a response to Authorization is not stored',
    first: { headers: authorization },
    expect: 'miss',
  },
  {
    rfc: '9111, 3.5',
    name: 'a response to Authorization is not stored for the same user either',
    first: { headers: authorization },
    second: { headers: authorization },
    expect: 'miss',
  },
  {
    rfc: '9111, 3.5',
    name: 'Expires is no permission',
    first: { headers: authorization },
    reply: { headers: { expires: '@+3600' } },
    expect: 'miss',
  },
  ...['public, max-age=3600', 's-maxage=3600', 'must-revalidate, max-age=3600'].map((field): PairCase => ({
    rfc: '9111, 3.5',
    name: `a response to Authorization is stored with ${field}`,
    first: { headers: authorization },
    reply: { headers: { 'cache-control': field } },
    second: { headers: { authorization: 'Bearer b' } },
    expect: 'hit',
  })),
  ...['proxy-revalidate, max-age=3600', 'immutable, max-age=3600', 's-maxage=x, max-age=3600'].map(
    (field): PairCase => ({
      rfc: '9111, 3.5',
      name: `a response to Authorization is not stored with ${field}`,
      first: { headers: authorization },
      reply: { headers: { 'cache-control': field } },
      expect: 'miss',
    }),
  ),
  {
    rfc: '9111, 3.5',
    name: 'a private cache stores responses to Authorization',
    options: { mode: 'private' },
    first: { headers: authorization },
    second: { headers: authorization },
    expect: 'hit',
  },
  {
    rfc: '9111, 7.3',
    name: 'a user with Authorization is not answered from what others were given, unless it says so',
    second: { headers: authorization },
    expect: 'miss',
  },
  {
    rfc: '9111, 7.3',
    name: 'a response to Cookie is not stored',
    first: { headers: { cookie: 'a=1' } },
    expect: 'miss',
  },
  {
    rfc: '9111, 7.3',
    name: 'a request with Cookie is not answered from the cache',
    second: { headers: { cookie: 'a=1' } },
    expect: 'miss',
  },
  {
    rfc: '9111, 5.2.2.9',
    name: 'a public response to Cookie is for all',
    first: { headers: { cookie: 'a=1' } },
    reply: { headers: { 'cache-control': 'public, max-age=3600' } },
    second: { headers: { cookie: 'a=2' } },
    expect: 'hit',
  },
  {
    rfc: '9111, 7.3',
    name: 's-maxage is no permission for requests with Cookie',
    first: { headers: { cookie: 'a=1' } },
    reply: { headers: { 'cache-control': 's-maxage=3600' } },
    second: { headers: { cookie: 'a=1' } },
    expect: 'miss',
  },
];

const fields: readonly PairCase[] = [
  ...[
    ['connection', 'x-a'],
    ['keep-alive', 'timeout=5'],
    ['proxy-authenticate', 'Basic'],
    ['proxy-authentication-info', 'a=b'],
  ].map(([name = '', value = '']): PairCase => ({
    rfc: '9111, 3.1',
    name: `${name} is not stored`,
    reply: { headers: { ...FRESH, [name]: value, 'x-a': 'a' } },
    expect: 'hit',
    fields: { [name]: null },
  })),
  {
    rfc: '9110, 7.6.1',
    name: 'fields that Connection names are not stored',
    reply: {
      headers: { ...FRESH, connection: 'x-hop, X-Other', 'x-hop': '1', 'x-other': '2', 'x-end': '3' },
    },
    expect: 'hit',
    fields: { 'x-hop': null, 'x-other': null, 'x-end': '3' },
  },
  ...['content-type', 'content-language', 'x-unknown', 'link', 'warning', 'clear-site-data'].map(
    (name): PairCase => ({
      rfc: '9111, 3.1',
      name: `${name} is stored`,
      reply: { headers: { ...FRESH, [name]: 'a/b' } },
      expect: 'hit',
      fields: { [name]: 'a/b' },
    }),
  ),
  {
    rfc: '9110, 6.6.1',
    name: 'a response without Date gets one',
    reply: { headers: { ...FRESH, date: null } },
    expect: 'hit',
    fields: { date: /GMT$/ },
  },
  {
    rfc: '9110, 15.1',
    name: 'the status and the reason stay',
    reply: { status: 404, headers: FRESH },
    expect: 'hit',
    status: 404,
  },
];

export const storing: readonly PairCase[] = [
  ...statuses,
  ...partial,
  ...forbidden,
  ...credentials,
  ...fields,
];
