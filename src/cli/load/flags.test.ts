import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadOptions } from '../../load/index.ts';
import { optionsOf } from './flags.ts';
import type { LoadFlags } from './request.ts';

const url = 'http://127.0.0.1:3000/';

function options(flags: LoadFlags): Partial<LoadOptions> {
  const { url: same, ...others } = optionsOf({ url, flags }, (file) => Buffer.from(`content of ${file}`));
  assert.equal(same, url);
  return Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
}

const CASES: readonly (readonly [flags: LoadFlags, options: Partial<LoadOptions>])[] = [
  [{}, {}],
  [{ rate: '200' }, { rate: 200 }],
  [{ rate: '0.5' }, { rate: 0.5 }],
  [{ rate: '100..1000' }, { rate: { from: 100, to: 1000 } }],
  [{ rate: '100,200,400' }, { rate: [100, 200, 400] }],
  [
    { for: '30s', deadline: '250ms', timeout: '1.5s' },
    { durationMs: 30_000, deadlineMs: 250, timeoutMs: 1500 },
  ],
  [
    { for: '5m', maxLag: '5ms' },
    { durationMs: 300_000, maxLagMs: 5 },
  ],
  [
    { mix: ['3 GET /a?b=c', 'post /b 2048', '/d', '0.5 PUT /e @my body.json'] },
    {
      mix: [
        { weight: 3, method: 'GET', path: '/a?b=c', body: undefined },
        { weight: undefined, method: 'POST', path: '/b', body: 2048 },
        { weight: undefined, method: undefined, path: '/d', body: undefined },
        { weight: 0.5, method: 'PUT', path: '/e', body: Buffer.from('content of my body.json') },
      ],
    },
  ],
  [{ header: ['Accept: a, b', 'X-Empty:'] }, { headers: { Accept: 'a, b', 'X-Empty': '' } }],
  [
    { h2: true, connections: '5', threads: '2' },
    { protocol: 'h2', connections: 5, threads: 2 },
  ],
  [
    { newConnections: true, insecure: true },
    { newConnections: true, insecure: true },
  ],
  [{ slowReaders: '10%@10kb/s' }, { slowReaders: { share: 0.1, bytesPerSecond: 10_240 } }],
  [{ slowReaders: '0.5@800B/s' }, { slowReaders: { share: 0.5, bytesPerSecond: 800 } }],
  [{ obeyRetryAfter: '50%' }, { retries: { obey: 0.5, ignore: undefined } }],
  [{ obeyRetryAfter: '0.1', ignoreRetryAfter: '0.2' }, { retries: { obey: 0.1, ignore: 0.2 } }],
  [
    { seed: '7', iOwnThisTarget: true },
    { seed: 7, ownsTarget: true },
  ],
];

for (const [flags, expected] of CASES) {
  test(`respite load: ${JSON.stringify(flags)}`, () => {
    assert.deepEqual(options(flags), expected);
  });
}

const WRONG: readonly (readonly [flags: LoadFlags, message: RegExp])[] = [
  [{ rate: 'fast' }, /^--rate takes a rate, from..to, or rates with commas, got "fast"$/],
  [{ rate: '1..2..3' }, /^--rate takes/],
  [{ rate: '1,,2' }, /^--rate takes/],
  [{ for: '30' }, /^--for takes a time such as 500ms, 30s or 5m, got "30"$/],
  [{ deadline: '-1s' }, /^--deadline takes a time/],
  [{ mix: ['GET a'] }, /^--mix takes requests such as/],
  [{ mix: ['3 3 GET /a'] }, /^--mix takes requests such as/],
  [{ header: ['nothing'] }, /^--header takes a header such as 'Accept: text\/html', got "nothing"$/],
  [{ connections: '1.5' }, /^--connections takes a whole number/],
  [{ slowReaders: '10%' }, /^--slow-readers takes a share and a speed/],
  [{ slowReaders: '200%@1kb/s' }, /^--slow-readers takes a share/],
  [{ obeyRetryAfter: 'half' }, /^--obey-retry-after takes a share such as 50% or 0.5, got "half"$/],
];

for (const [flags, message] of WRONG) {
  test(`respite load: not ${JSON.stringify(flags)}`, () => {
    assert.throws(() => options(flags), { code: 'RESPITE_CLI_USAGE', message });
  });
}

test('http:// may be left out', () => {
  const urlOf = (typed: string): unknown => optionsOf({ url: typed, flags: {} }).url;
  assert.equal(urlOf('localhost:3000/a'), 'http://localhost:3000/a');
  assert.equal(urlOf('[::1]:3000'), 'http://[::1]:3000');
  assert.equal(urlOf('https://localhost/'), 'https://localhost/');
});

test('a body that cannot be read is wrong usage', () => {
  const read = (): never => {
    throw Object.assign(new Error('no'), { code: 'ENOENT' });
  };
  assert.throws(() => optionsOf({ url, flags: { mix: ['PUT /a @none.json'] } }, read), {
    code: 'RESPITE_CLI_USAGE',
    message: '--mix: cannot read none.json: ENOENT',
  });
});
