// A rolling restart while clients read slowly truncates no response. `npm run test:clients` does more.
import { test } from 'node:test';
import { LARGE, restartUnderSlowReaders } from '../harness/slow-readers.ts';

const RESTARTS = 3;

for (const pace of [LARGE]) {
  const { megabytes, megabytesPerSecond } = pace;
  test(`${megabytes} MB at ${megabytesPerSecond} MB/s: ${RESTARTS} rolling restarts truncate nothing`, (t) =>
    restartUnderSlowReaders(t, RESTARTS, pace));
}
