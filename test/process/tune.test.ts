// `respite tune` with real processes. What it finds is tested in simulation; here, that it measures, tells and leaves nothing.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { TuneReport } from '../../src/load/tune/index.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { command, fixture } from '../harness/respite.ts';

test('respite tune measures a server with the user’s configuration, and ends it', async (t) => {
  const dir = temporaryDirectory();
  writeFileSync(
    path.join(dir, 'respite.config.json'),
    JSON.stringify({ admission: { limit: 50 }, notify: { command: ['false'] } }),
  );
  const args = ['tune', '--for', '6s', '--only', 'capacity', '--json', '--html', 'report.html'];
  const running = command(t, [...args, fixture('tuned.mjs')], { dir });
  const { code } = await running.ended();
  const report = JSON.parse(running.stdout) as TuneReport;
  assert.equal(report.configured.limit, 50);
  // On a machine that is busy with something else there may be no answer.
  assert.equal(code, report.advice.kind === 'declined' ? 1 : 0, running.transcript());
  assert.ok(report.capacity !== undefined || report.missing.length > 0, running.transcript());
  assert.match(readFileSync(path.join(dir, 'report.html'), 'utf8'), /respite tune .*tuned\.mjs/);
  await running.untilAlone();
});

test('a killed respite tune takes its server along', async (t) => {
  const dir = temporaryDirectory();
  const running = command(t, ['tune', '--only', 'capacity', fixture('tuned.mjs')], {
    dir,
    env: { TMPDIR: dir },
  });
  await running.until('its server to listen', () => existsSync(path.join(dir, 'listens')));
  running.signal('SIGKILL');
  await running.ended();
  await running.untilAlone();
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.startsWith('respite-tune-')),
    [],
  );
});

test('respite tune says why a server can’t be measured', async (t) => {
  const running = command(t, ['tune', fixture('ends.mjs')]);
  assert.equal((await running.ended()).code, 1);
  assert.match(running.stderr, /^respite: the server ended before it served/m);
  const missing = command(t, ['tune', '--for', '9m', 'missing.mjs']);
  assert.equal((await missing.ended()).code, 2);
  assert.match(missing.stderr, /--for must be from 5s to 3m/);
});
