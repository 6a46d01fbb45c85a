import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { resolveSupervisorOptions } from './options.ts';
import type { SupervisorConfig } from './contract.ts';
import { SETTINGS } from '../workers/release/support.test.ts';
import { warnOfSilentStart } from './silent-start.ts';

/** What is logged of a first worker that is not ready within two minutes, or after `readyMs`. */
function logged(
  t: TestContext,
  given: { readonly listens?: boolean; readonly ready?: 'message' },
  readyMs: number = Number.POSITIVE_INFINITY,
): readonly string[] {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 });
  const lines: string[] = [];
  const log = { warn: (_: object, line: string) => lines.push(line) } as unknown as SupervisorConfig['log'];
  warnOfSilentStart(
    {
      log,
      supervisor: { ...resolveSupervisorOptions(), listens: given.listens ?? true },
      settings: { ...SETTINGS, ready: given.ready ?? 'listen' },
    },
    () => Date.now() < readyMs,
  );
  t.mock.timers.tick(120_000);
  return lines;
}

test('a script that does not listen is named after 10 s and after a minute', (t) => {
  const lines = logged(t, {});
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? '', /^the script has not listened on any port after 10 s/);
  assert.match(lines[1] ?? '', /^the script has not listened on any port after 60 s/);
});

test('one that need not listen has blocked its event loop, or has not said that it is ready', (t) => {
  assert.match(
    logged(t, { listens: false })[0] ?? '',
    /^the script has blocked its event loop since its start, 10 s/,
  );
  t.mock.timers.reset();
  const [message] = logged(t, { listens: false, ready: 'message' });
  assert.match(message ?? '', /^the script has not called process\.send\('ready'\) after 10 s/);
});

test('nothing is logged of one that is ready in time', (t) => {
  assert.deepEqual(logged(t, {}, 9000), []);
});
