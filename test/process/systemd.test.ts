// What systemd is told, by a program in the place of systemd-notify.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../harness/process.ts';
import { respite } from '../harness/respite.ts';

test('systemd is told of readiness, of a rolling restart, and of the stop, in this order', async (t) => {
  const programs = temporaryDirectory();
  const told = path.join(programs, 'told');
  const program = path.join(programs, 'systemd-notify');
  writeFileSync(program, `#!/bin/sh\necho "$1" >> '${told}'\n`);
  chmodSync(program, 0o755);
  const messages = (): readonly string[] =>
    existsSync(told) ? readFileSync(told, 'utf8').trim().split('\n') : [];
  const running = respite(t, 'node-http.mjs', {
    config: { supervisor: { trialMs: 0 } },
    env: { NOTIFY_SOCKET: '/nowhere', PATH: `${programs}:${process.env['PATH']}` },
  });
  await running.until('readiness', () => messages().includes('READY=1'));
  await running.ready();
  running.signal('SIGHUP');
  await running.until('readiness once more', () => messages().length === 3);
  assert.deepEqual(await running.stop(), { code: 0, signal: null });
  assert.deepEqual(messages(), ['READY=1', 'RELOADING=1', 'READY=1', 'STOPPING=1']);
});
