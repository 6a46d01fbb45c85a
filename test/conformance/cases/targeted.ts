// Targeted cache control: RFC 9213.
import type { PairCase } from '../suite.ts';

const options = { targets: ['Mine-Cache-Control', 'CDN-Cache-Control'] };

export const targeted: readonly PairCase[] = [
  ...(
    [
      ['max-age=100', 'max-age=1', 'hit'],
      ['max-age=1', 'max-age=100', 'miss'],
      ['max-age=100', 'no-store', 'hit'],
      ['max-age=100', 'private', 'hit'],
      ['max-age=100', 's-maxage=1', 'hit'],
      ['no-store', 'max-age=100', 'miss'],
      ['private', 'max-age=100', 'miss'],
      ['private="x"', 'max-age=100', 'miss'],
      ['max-age=100, no-store=?0', 'max-age=1', 'hit'],
      ['max-age="100"', 'max-age=100', 'miss'],
      ['max-age=1.5', 'max-age=100', 'miss'],
      ['max-age=-1', 'max-age=100', 'miss'],
      ['s-maxage=100, max-age=1', 'max-age=1', 'hit'],
      ['max-age=1;a=b', 'max-age=100', 'miss'],
      ['max-age=100;a', 'max-age=1', 'hit'],
      ['max-age=1, max-age=100', 'max-age=1', 'hit'],
      // What can't be parsed is not there.
      ['max-age=100,', 'max-age=1', 'miss'],
      ['max-age=1,', 'max-age=100', 'hit'],
      ['MAX-AGE=1', 'max-age=100', 'hit'],
      ['max-age=1 no-store', 'max-age=100', 'hit'],
      ['max-age = 1', 'max-age=100', 'hit'],
      ['"', 'max-age=100', 'hit'],
      ['', 'max-age=100', 'hit'],
    ] as const
  ).map(([target, control, expect]): PairCase => ({
    rfc: '9213, 2.1',
    name: `CDN-Cache-Control: ${target} beside Cache-Control: ${control}: ${expect}`,
    options,
    reply: { headers: { 'cdn-cache-control': target, 'cache-control': control } },
    after: 2,
    expect,
  })),
  {
    rfc: '9213, 2.1',
    name: 'a targeted field without a lifetime: Expires is ignored',
    options,
    reply: { headers: { 'cdn-cache-control': 'public', expires: '@+100' } },
    expect: 'miss',
  },
  {
    rfc: '9213, 2.2',
    name: 'the first of the list wins',
    options,
    reply: { headers: { 'cdn-cache-control': 'no-store', 'mine-cache-control': 'max-age=100' } },
    expect: 'hit',
  },
  {
    rfc: '9213, 2.2',
    name: 'the second counts where the first can not be parsed',
    options,
    reply: { headers: { 'cdn-cache-control': 'max-age=100', 'mine-cache-control': '?' } },
    expect: 'hit',
  },
  {
    rfc: '9213, 2.2',
    name: 'fields that are not on the list say nothing',
    reply: { headers: { 'cdn-cache-control': 'max-age=100', 'cache-control': 'no-store' } },
    expect: 'miss',
  },
  {
    rfc: '9213, 2.2',
    name: 'the fields are passed on',
    options,
    reply: { headers: { 'cdn-cache-control': 'max-age=100', 'cache-control': 'no-store' } },
    expect: 'hit',
    fields: { 'cdn-cache-control': 'max-age=100', 'cache-control': 'no-store' },
  },
];
