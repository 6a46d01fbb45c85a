import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spawnOptions } from './configuration-process.ts';

test('the configuration loads as in the supervisor, without its debugger and its heap', () => {
  const { nodeOptions, env } = spawnOptions(
    [
      '--inspect-brk=9300',
      '--import',
      'tsx',
      '--max-old-space-size=100',
      '--watch-path=src',
      '--test',
      '--experimental-test-isolation=none',
      '--env-file=.env',
    ],
    {
      NODE_OPTIONS: '--inspect --require "./my agent.cjs" --max-old-space-size=4096',
      RESPITE_MANAGEMENT_TOKEN: 't',
    },
  );
  assert.deepEqual(nodeOptions, ['--import', 'tsx']);
  assert.deepEqual(env, { NODE_OPTIONS: '--require "./my agent.cjs"', RESPITE_MANAGEMENT_TOKEN: 't' });
});

test('only the supervisor speaks to its service manager', () => {
  const { env } = spawnOptions([], {
    PATH: '/bin',
    NOTIFY_SOCKET: '/run/x',
    WATCHDOG_USEC: '1',
    WATCHDOG_PID: '2',
  });
  assert.deepEqual(env, { PATH: '/bin' });
});
