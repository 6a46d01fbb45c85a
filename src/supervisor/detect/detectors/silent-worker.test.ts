import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSilentWorker, type SilenceReading, SilentWorker } from './silent-worker.ts';

const INTERVAL_MS = 1000;
const KILL = { unreadyMs: 2000, evidenceMs: 5000, killMs: 10_000 };
const SILENT: SilenceReading = { sample: undefined, report: undefined, isHeld: false, runQueueWaitMs: 0 };

/** The silence after this many looks, a second apart. */
function silence(looks: number, at: (look: number) => Partial<SilenceReading>): number {
  const worker = new SilentWorker(0, INTERVAL_MS);
  let silentMs = 0;
  for (let look = 1; look <= looks; look += 1) {
    silentMs = worker.look(look * INTERVAL_MS, { ...SILENT, ...at(look) });
  }
  return silentMs;
}

test('silence of both threads adds up, and from killMs on it is a finding', () => {
  const silentMs = silence(11, () => ({}));
  assert.equal(silentMs, 10_000);
  assert.equal(findSilentWorker(3, silentMs - 1, KILL), undefined);
  const finding = findSilentWorker(3, silentMs, KILL);
  assert.deepEqual(
    [finding?.cause, finding?.severity, finding?.gapMs],
    ['event-loop-blocked', 'kill', 10_000],
  );
  assert.match(finding?.summary ?? '', /^nothing was heard of worker 3 for 10\.0 s/);
});

test('a sample or a report ends it', () => {
  assert.equal(
    silence(20, (look) => ({ sample: { look } })),
    0,
  );
  assert.equal(
    silence(20, (look) => ({ report: { look } })),
    0,
  );
  const once = { look: 0 };
  assert.equal(
    silence(20, (look) => ({ report: look < 15 ? undefined : once })),
    5000,
  );
});

test('a process that is stopped, or held by a debugger, is not silent', () => {
  assert.equal(
    silence(20, () => ({ isHeld: true })),
    0,
  );
});

test('time without a processor does not count', () => {
  assert.ok(silence(20, (look) => ({ runQueueWaitMs: look * 900 })) <= 2000);
});

test('nor does the time in which the supervisor itself was away', () => {
  const worker = new SilentWorker(0, INTERVAL_MS);
  worker.look(1000, SILENT);
  assert.equal(worker.look(3_600_000, SILENT), 1000);
});
