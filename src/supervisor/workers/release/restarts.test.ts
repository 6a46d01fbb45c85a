import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Log } from '../../log.ts';
import type { Release } from './release.ts';
import { Restarts } from './restarts.ts';
import type { WorkerSettings } from './settings.ts';
import { SETTINGS } from './support.test.ts';

interface Given {
  readonly settings: () => Promise<WorkerSettings>;
  readonly problem?: string;
}

/** Restarts of this file, and what became of them. */
function restarts({ settings, problem }: Given): {
  readonly restarts: Restarts;
  readonly renewed: Release[];
  readonly lines: string[];
  stop(): void;
} {
  const renewed: Release[] = [];
  const lines: string[] = [];
  const log = { info: (_: object, line: string) => lines.push(line), warn: () => {} } as unknown as Log;
  let isStopping = false;
  return {
    renewed,
    lines,
    stop: () => (isStopping = true),
    restarts: new Restarts({
      log,
      directory: import.meta.dirname,
      nowMs: () => 1000,
      current: () => ({
        script: import.meta.filename,
        entry: import.meta.filename,
        file: import.meta.filename,
        directory: import.meta.dirname,
        settings: SETTINGS,
      }),
      readSettings: settings,
      renew: async (release) => {
        renewed.push(release);
        return problem;
      },
      renewed: () => 2,
      isStopping: () => isStopping,
      hasServed: () => true,
      onUnderWay: () => {},
    }),
  };
}

test('the new workers get the settings that were read now, and the log names those that differ', async () => {
  const now = { ...SETTINGS, heapMb: 64, env: { PASSWORD: 'a-secret', GONE: undefined } };
  const { restarts: each, renewed, lines } = restarts({ settings: async () => now });
  await each.run(undefined);
  assert.equal(renewed[0]?.settings, now);
  assert.deepEqual(lines, [
    'rolling restart begins',
    'the new workers get other settings: PASSWORD, supervisor.heapMb',
    'rolling restart is done',
  ]);
  assert.equal(each.last?.renewed, 2);
});

test('settings that are wrong refuse the restart before any worker is renewed', async () => {
  const { restarts: each, renewed } = restarts({
    settings: async () => Promise.reject(new Error('respite.config.ts: a must be b\nrespite.config.ts: c')),
  });
  await assert.rejects(each.run(undefined), {
    code: 'RESPITE_SUPERVISOR_RESTART_FAILED',
    message:
      'rolling restart given up: respite.config.ts: a must be b; respite.config.ts: c; the old one goes on serving',
  });
  assert.deepEqual(renewed, []);
  assert.equal(each.isUnderWay, false);
  // Not those of the restart before.
  assert.equal(each.last?.renewed, 0);
});

test('a stop while settings are read ends the restart', async () => {
  const given = restarts({
    settings: async () => {
      given.stop();
      return SETTINGS;
    },
  });
  await given.restarts.run(undefined);
  assert.deepEqual(given.renewed, []);
  assert.equal(given.restarts.last?.problem, 'the instance stops');
});
