import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activatedSockets } from './socket-activation.ts';

const cases: readonly [what: string, env: NodeJS.ProcessEnv, count: number][] = [
  ['sockets for this process', { LISTEN_PID: '42', LISTEN_FDS: '2' }, 2],
  ['sockets for the process that started this one', { LISTEN_PID: '7', LISTEN_FDS: '2' }, 0],
  ['sockets for nobody', { LISTEN_FDS: '2' }, 0],
  ['no number', { LISTEN_PID: '42', LISTEN_FDS: 'two' }, 0],
  ['less than none', { LISTEN_PID: '42', LISTEN_FDS: '-1' }, 0],
  ['no variables', {}, 0],
];

for (const [what, env, count] of cases) {
  test(`${what}: ${count}`, () => {
    assert.equal(activatedSockets(env, 42), count);
  });
}
