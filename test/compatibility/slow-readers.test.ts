// 5 MB to readers of 1 MB/s, and a rolling restart in the middle, 50 times over HTTP/1 and HTTP/2: none is truncated.
// Part of `npm run test:clients`; RESPITE_TEST_RESTARTS for fewer.
import { test } from 'node:test';
import { LARGE, restartUnderSlowReaders, SLOW } from '../harness/slow-readers.ts';

const RESTARTS = Number(process.env['RESPITE_TEST_RESTARTS'] ?? 50);

for (const pace of [SLOW, LARGE]) {
  const { megabytes, megabytesPerSecond } = pace;
  test(`${megabytes} MB at ${megabytesPerSecond} MB/s: ${RESTARTS} rolling restarts truncate nothing`, (t) =>
    restartUnderSlowReaders(t, RESTARTS, pace));
}
