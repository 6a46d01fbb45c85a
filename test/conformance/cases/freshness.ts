// How long a response is fresh, and how old it is: RFC 9111, 4.2, 5.1, 5.2.2 and 5.3.
import type { PairCase } from '../suite.ts';

const lifetimes: readonly PairCase[] = [
  ...(
    [
      ['max-age=10', 9, 'hit'],
      ['max-age=10', 10, 'miss'],
      ['max-age=10', 11, 'miss'],
      ['MaX-aGe=10', 9, 'hit'],
      ['max-age="10"', 9, 'hit'],
      ['max-age="10"', 11, 'miss'],
      ['s-maxage=10', 9, 'hit'],
      ['s-maxage=10', 11, 'miss'],
      ['max-age=3600, s-maxage=10', 11, 'miss'],
      ['max-age=1, s-maxage=100', 50, 'hit'],
      ['s-maxage=100, max-age=1', 50, 'hit'],
      ['max-age=0', 1, 'miss'],
      ['max-age=00010', 9, 'hit'],
      ['max-age=2147483647', 1_000_000, 'hit'],
      ['max-age=2147483648', 1_000_000, 'hit'],
      ['max-age=99999999999', 1_000_000, 'hit'],
      ['max-age=10, max-age=10', 9, 'hit'],
      ['foo, max-age=10', 9, 'hit'],
      ['foo=bar, max-age=10', 9, 'hit'],
      ['foo="bar, max-age=3600", max-age=10', 11, 'miss'],
      ['foo="max-age=3600"', 1, 'miss'],
      ['foo="a\\", max-age=3600, b"', 1, 'miss'],
      ['foo="a\\"", max-age=10', 9, 'hit'],
      [' max-age=10 ', 9, 'hit'],
      [',,max-age=10,,', 9, 'hit'],
    ] as const
  ).map(([field, after, expect]): PairCase => ({
    rfc: '9111, 4.2.1',
    name: `${field}, ${after} s later: ${expect}`,
    reply: { headers: { 'cache-control': field } },
    after,
    expect,
  })),
  ...[
    'max-age=-1',
    'max-age=1.5',
    'max-age=a',
    'max-age=10a',
    'max-age=',
    'max-age',
    "max-age='10'",
    'max-age="10',
    'max-age =10',
    'max-age= 10',
    'max-age=1e3',
    'max-age=0x10',
    'max-age=10;',
    'max-age=10, max-age=20',
    'max-age=20, max-age=10',
    's-maxage=x, max-age=3600',
    's-maxage=-5, max-age=3600',
  ].map((field): PairCase => ({
    rfc: '9111, 4.2.1',
    name: `freshness that is not understood is none: ${field}`,
    reply: { headers: { 'cache-control': field, expires: '@+3600' } },
    expect: 'miss',
  })),
  {
    rfc: '9111, 5.2.2.10',
    name: 'a private cache does not mind s-maxage',
    options: { mode: 'private' },
    reply: { headers: { 'cache-control': 's-maxage=3600, max-age=1' } },
    after: 2,
    expect: 'miss',
  },
  ...(
    [
      ['@+10', 9, 'hit'],
      ['@+10', 11, 'miss'],
      ['@-10', 1, 'miss'],
      ['@0', 1, 'miss'],
      ['0', 1, 'miss'],
      ['-1', 1, 'miss'],
      ['', 1, 'miss'],
      ['tomorrow', 1, 'miss'],
      ['2027-01-01T00:00:00Z', 1, 'miss'],
      ['Thu, 32 Dec 2099 16:00:00 GMT', 1, 'miss'],
      ['Thu, 31 Feb 2099 16:00:00 GMT', 1, 'miss'],
      ['Thu, 01 Dec 2099 24:00:00 GMT', 1, 'miss'],
      ['Thu, 01 Dec 2099 16:00:00 PST', 1, 'miss'],
      ['Thu, 01 Dec 2099 16:00:00', 1, 'miss'],
      ['Thu, 1 Dec 2099 16:00:00 GMT', 1, 'miss'],
      ['Thu 01 Dec 2099 16:00:00 GMT', 1, 'miss'],
      ['Tue, 01 Dec 2099 16:00:00 GMT', 1, 'hit'],
      ['TUE, 01 DEC 2099 16:00:00 GMT', 1, 'hit'],
      ['Sunday, 06-Nov-44 08:49:37 GMT', 1, 'hit'],
      ['Sunday, 06-Nov-94 08:49:37 GMT', 1, 'miss'],
      ['Sun Nov  6 08:49:37 2044', 1, 'hit'],
      ['Sun Nov  6 08:49:37 1994', 1, 'miss'],
      ['@+3600, @+3600', 1, 'miss'],
    ] as const
  ).map(([field, after, expect]): PairCase => ({
    rfc: '9111, 5.3',
    name: `Expires: ${field}, ${after} s later: ${expect}`,
    reply: { headers: { expires: field } },
    after,
    expect,
  })),
  ...(
    [
      ['max-age=3600', '@-10', 'hit'],
      ['max-age=3600', '0', 'hit'],
      ['max-age=1', '@+3600', 'miss'],
      ['s-maxage=1', '@+3600', 'miss'],
      ['max-age=0', '@+3600', 'miss'],
      ['foo', '@+3600', 'hit'],
      ['public', '@+3600', 'hit'],
    ] as const
  ).map(([field, expires, expect]): PairCase => ({
    rfc: '9111, 5.3',
    name: `${field} wins over Expires: ${expires}`,
    reply: { headers: { 'cache-control': field, expires } },
    after: 2,
    expect,
  })),
  {
    rfc: '9111, 4.2.1',
    name: 'Expires counts from Date: both ahead of our clock',
    reply: { headers: { expires: '@+3610', date: '@+3600' } },
    after: 11,
    expect: 'miss',
  },
  {
    rfc: '9111, 4.2.1',
    name: 'Expires without Date counts from when it came',
    reply: { headers: { expires: '@+10', date: null } },
    after: 9,
    expect: 'hit',
  },
];

const heuristics: readonly PairCase[] = [
  ...(
    [
      ['@-1000', 99, 'hit'],
      ['@-1000', 101, 'validate'],
      ['@-100000000', 86_000, 'hit'],
      ['@-100000000', 87_000, 'validate'],
      ['@+1000', 1, 'validate'],
      ['yesterday', 1, 'validate'],
    ] as const
  ).map(([modified, after, expect]): PairCase => ({
    rfc: '9111, 4.2.2',
    name: `a tenth of the time since Last-Modified: ${modified}, at most a day; ${after} s later: ${expect}`,
    reply: { headers: { 'last-modified': modified } },
    after,
    expect,
  })),
  {
    rfc: '9111, 4.2.2',
    name: 'no heuristic without Last-Modified',
    reply: { headers: { 'content-type': 'text/plain' } },
    expect: 'miss',
  },
  {
    rfc: '9111, 4.2.2',
    name: 'no heuristic where there is an explicit time, be it in the past',
    reply: { headers: { 'last-modified': '@-864000', expires: '@-10' } },
    expect: 'validate',
  },
  {
    rfc: '9111, 4.2.2',
    name: 'no heuristic where max-age is not understood',
    reply: { headers: { 'last-modified': '@-864000', 'cache-control': 'max-age=soon' } },
    expect: 'validate',
  },
  {
    rfc: '9111, 4.2.2',
    name: 'the bound on heuristics can be set',
    options: { heuristicLimitMs: 5000 },
    reply: { headers: { 'last-modified': '@-864000' } },
    after: 6,
    expect: 'validate',
  },
];

const ages: readonly PairCase[] = [
  ...(
    [
      ['5', 94, 'hit'],
      ['5', 96, 'miss'],
      ['99', 0, 'hit'],
      ['100', 1, 'miss'],
      ['3600', 0, 'miss'],
      ['2147483648', 0, 'miss'],
      ['99999999999', 0, 'miss'],
      ['-1', 99, 'hit'],
      ['a', 99, 'hit'],
      ['0', 99, 'hit'],
      ['', 99, 'hit'],
      ['5.5', 99, 'hit'],
      ['95, 0', 6, 'miss'],
      ['0, 95', 6, 'hit'],
      ['a, 95', 6, 'hit'],
      ['"95"', 6, 'hit'],
    ] as const
  ).map(([age, after, expect]): PairCase => ({
    rfc: '9111, 5.1',
    name: `Age: ${age} of max-age=100, ${after} s later: ${expect}`,
    reply: { headers: { 'cache-control': 'max-age=100', age } },
    after,
    expect,
  })),
  ...(
    [
      ['@-5', 94, 'hit'],
      ['@-5', 96, 'miss'],
      ['@+50', 99, 'hit'],
      ['@+50', 101, 'miss'],
      ['not a date', 99, 'hit'],
    ] as const
  ).map(([date, after, expect]): PairCase => ({
    rfc: '9111, 4.2.3',
    name: `Date: ${date} of max-age=100, ${after} s later: ${expect}`,
    reply: { headers: { 'cache-control': 'max-age=100', date } },
    after,
    expect,
  })),
  {
    rfc: '9111, 4.2.3',
    name: 'the greater of apparent and given age counts: Date',
    reply: { headers: { 'cache-control': 'max-age=100', date: '@-50', age: '10' } },
    after: 51,
    expect: 'miss',
  },
  {
    rfc: '9111, 4.2.3',
    name: 'the greater of apparent and given age counts: Age',
    reply: { headers: { 'cache-control': 'max-age=100', date: '@-10', age: '50' } },
    after: 51,
    expect: 'miss',
  },
  ...(
    [
      [undefined, 0, '0'],
      [undefined, 7, '7'],
      ['10', 7, '17'],
      ['bad', 7, '7'],
    ] as const
  ).map(([age, after, expected]): PairCase => ({
    rfc: '9111, 5.1',
    name: `a stored response says its Age: ${age ?? 'none'} and ${after} s`,
    reply: { headers: { 'cache-control': 'max-age=100', ...(age !== undefined && { age }) } },
    after,
    expect: 'hit',
    fields: { age: expected },
  })),
];

const staleness: readonly PairCase[] = [
  ...['no-cache', 'no-cache="x-a"', 'No-Cache', 'no-cache=', 'no-cache, no-cache'].map((field): PairCase => ({
    rfc: '9111, 5.2.2.4',
    name: `${field} is validated each time`,
    reply: { headers: { 'cache-control': `${field}, max-age=3600`, etag: '"a"' } },
    expect: 'validate',
  })),
  {
    rfc: '9111, 5.4',
    name: 'Pragma: no-cache in a response says nothing where there is Cache-Control',
    reply: { headers: { 'cache-control': 'max-age=3600', pragma: 'no-cache' } },
    expect: 'hit',
  },
  ...['must-revalidate', 'proxy-revalidate'].map((field): PairCase => ({
    rfc: '9111, 5.2.2.2',
    name: `${field} forbids max-stale`,
    reply: { headers: { 'cache-control': `max-age=1, ${field}`, etag: '"a"' } },
    after: 2,
    second: { headers: { 'cache-control': 'max-stale=1000' } },
    expect: 'validate',
  })),
  {
    rfc: '9111, 5.2.2.10',
    name: 's-maxage forbids max-stale',
    reply: { headers: { 'cache-control': 's-maxage=1', etag: '"a"' } },
    after: 2,
    second: { headers: { 'cache-control': 'max-stale=1000' } },
    expect: 'validate',
  },
  {
    rfc: '9111, 5.2.2.8',
    name: 'a private cache does not mind proxy-revalidate',
    options: { mode: 'private' },
    reply: { headers: { 'cache-control': 'max-age=1, proxy-revalidate', etag: '"a"' } },
    after: 2,
    second: { headers: { 'cache-control': 'max-stale=1000' } },
    expect: 'hit',
  },
  {
    rfc: '9111, 5.2.2.2',
    name: 'must-revalidate does not matter while it is fresh',
    reply: { headers: { 'cache-control': 'max-age=100, must-revalidate' } },
    expect: 'hit',
  },
];

export const freshness: readonly PairCase[] = [...lifetimes, ...heuristics, ...ages, ...staleness];
