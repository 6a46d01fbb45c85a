import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drill } from './index.ts';
import type { DrillRequest } from './request.ts';

/** Nothing listens there: what is wrong has to be found before anything is asked. */
const flags = { management: '127.0.0.1:1' };

const WRONG: readonly (readonly [request: DrillRequest, message: RegExp])[] = [
  [{ action: 'drill', names: ['blok'], flags }, /no drill "blok"; respite drill --list/],
  [
    { action: 'drill', names: [], flags: { ...flags, rate: '0' } },
    /--rate must be a number from 1 to 100000, got "0"/,
  ],
  [{ action: 'drill', names: [], flags: { ...flags, rate: 'x' } }, /--rate must be/],
  [{ action: 'drill', names: [], flags: { ...flags, path: 'a' } }, /--path must begin with \//],
  [{ action: 'drill', names: [], flags: { ...flags, url: 'ftp://a' } }, /--url must be an http or https URL/],
  [
    { action: 'drill', names: [], flags: { ...flags, stopBelow: '2' } },
    /--stop-below must be a number from 0 to 1/,
  ],
  [{ action: 'proxy', flags: { to: 'h' } }, /--to must be host:port/],
  [{ action: 'proxy', flags: { to: 'h:1', listen: 'unix:/x' } }, /--listen must be/],
  [
    { action: 'proxy', flags: { to: 'h:1', latency: '-1' } },
    /--latency must be a whole number of at least 0/,
  ],
  [{ action: 'proxy', flags: { to: 'h:1', jitter: '1' } }, /--jitter needs --latency/],
];

for (const [request, message] of WRONG) {
  test(`bad usage: ${JSON.stringify(request)}`, async () => {
    await assert.rejects(drill(request), { code: 'RESPITE_CLI_USAGE', message });
  });
}
