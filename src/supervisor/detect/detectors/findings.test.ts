import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchdogReport } from '../../../worker/index.ts';
import { findBlockedLoop } from './blocked-loop.ts';
import { findCpuStarved } from './cpu-starved.ts';
import { findDescriptorsExhausted, nearlyExhausted } from './descriptors.ts';
import { findDiskFull } from './disk-full.ts';
import { needsWatchdog, resolveDetectOptions } from './options.ts';

const { blockedLoop, cpuStarved, descriptors, diskFull } = resolveDetectOptions();
const MB = 1024 * 1024;

const report = (given: Partial<WatchdogReport>): WatchdogReport =>
  ({ gapMs: 0, starvedGapMs: 0, lastRequest: '', ...given }) as WatchdogReport;

test('a blocked loop: nothing, then replaced, then killed', () => {
  assert.ok(blockedLoop !== false);
  const severity = (gapMs: number): unknown => findBlockedLoop(3, report({ gapMs }), blockedLoop)?.severity;
  assert.deepEqual([0, 4999, 5000, 9999, 10_000].map(severity), [
    undefined,
    undefined,
    'replace',
    'replace',
    'kill',
  ]);
  const found = findBlockedLoop(
    3,
    report({ gapMs: 5000, starvedGapMs: 1200, lastRequest: 'GET /x' }),
    blockedLoop,
  );
  assert.equal(found?.summary, 'the event loop of worker 3 has been blocked for 5.0 s since GET /x');
  assert.deepEqual(found.facts[1], 'it also waited 1.2 s for a processor');
});

test('starved: told when it turns again, if it was held up for long and mostly by others', () => {
  assert.ok(cpuStarved !== false);
  const after = (before: Partial<WatchdogReport>, now: Partial<WatchdogReport> = {}): unknown =>
    findCpuStarved(report(before), 3, report(now), cpuStarved)?.severity;
  assert.equal(after({ starvedGapMs: 6000, gapMs: 900 }), 'incident');
  assert.equal(
    after({ starvedGapMs: 6000, gapMs: 900 }, { starvedGapMs: 6100 }),
    undefined,
    'it has not turned yet',
  );
  assert.equal(after({ starvedGapMs: 4999, gapMs: 0 }), undefined);
  assert.equal(after({ starvedGapMs: 6000, gapMs: 6001 }), undefined, 'it stood still by itself');
  assert.equal(findCpuStarved(undefined, 3, report({}), cpuStarved), undefined);
});

test('descriptors: replaced for what it leaks, not for having many clients', () => {
  assert.ok(descriptors !== false);
  assert.deepEqual(
    [899, 900].map((count) => nearlyExhausted({ count, limit: 1000 }, descriptors)),
    [false, true],
  );
  const kind = (isOfClients: boolean): unknown => {
    const kinds = [{ what: 'files in /srv', isOfClients, count: 880 }];
    const { cause, severity } = findDescriptorsExhausted(3, { count: 900, limit: 1000 }, kinds);
    return [cause, severity];
  };
  assert.deepEqual(kind(false), ['descriptors-exhausted', 'replace']);
  assert.deepEqual(kind(true), ['overload', 'warning']);
  assert.equal(
    findDescriptorsExhausted(3, { count: 900, limit: 1000 }, []).summary,
    '900 of the 1000 file descriptors of worker 3 are in use (90 %)',
  );
});

test('descriptors: the finding names the kind that most of them are, and lists five', () => {
  const kinds = [6, 5, 4, 3, 2, 1].map((count) => ({ what: `kind ${count}`, isOfClients: false, count }));
  assert.deepEqual(findDescriptorsExhausted(3, { count: 21, limit: 22 }, kinds), {
    cause: 'descriptors-exhausted',
    severity: 'replace',
    summary: '21 of the 22 file descriptors of worker 3 are in use (95 %), most of them kind 6 (6)',
    facts: ['6 kind 6', '5 kind 5', '4 kind 4', '3 kind 3', '2 kind 2'],
  });
  const clients = [{ what: 'connections', isOfClients: true, count: 9 }];
  assert.equal(
    findDescriptorsExhausted(3, { count: 9, limit: 10 }, clients).summary,
    '9 of the 10 file descriptors of worker 3 are in use (90 %), most of them connections (9): raise the limit (ulimit -n)',
  );
});

test('a full disk is named, with what is left on it', () => {
  assert.ok(diskFull !== false);
  const room = { path: '/', freeBytes: 500 * MB, totalBytes: 100_000 * MB, freeFiles: 9 };
  const bytes = { path: '/srv', freeBytes: 5 * MB, totalBytes: 100_000 * MB, freeFiles: undefined };
  const files = { path: '/tmp', freeBytes: 500 * MB, totalBytes: 1000 * MB, freeFiles: 0 };
  const { fullDisks, finding } = findDiskFull([room, bytes, files], diskFull);
  assert.deepEqual(fullDisks, [bytes, files]);
  assert.deepEqual(finding, {
    cause: 'disk-full',
    severity: 'incident',
    summary: 'the disk of /srv is full: 5.0 MB left',
    facts: ['/srv: 5.0 MB of 100000 MB left', '/tmp: room for no more file, 500 MB of 1000 MB left'],
  });
});

test('a disk is full when it has less than 64 MB, or less than 1 % of a small one, or room for no file', () => {
  assert.ok(diskFull !== false);
  const full = (freeMb: number, totalMb: number, freeFiles?: number): boolean => {
    const disks = [{ path: '/srv', freeBytes: freeMb * MB, totalBytes: totalMb * MB, freeFiles }];
    return findDiskFull(disks, diskFull).finding !== undefined;
  };
  assert.deepEqual([full(63, 100_000), full(64, 100_000)], [true, false]);
  assert.deepEqual([full(0.5, 64), full(1, 64)], [true, false]);
  assert.deepEqual([full(1000, 100_000, 0), full(1000, 100_000, 1)], [true, false]);
  assert.deepEqual(findDiskFull([], diskFull), { fullDisks: [], finding: undefined });
});

test('without anything that a watchdog would tell there need be none', () => {
  const off = Object.fromEntries(Object.keys(resolveDetectOptions()).map((name) => [name, false]));
  assert.equal(needsWatchdog(resolveDetectOptions({ ...off, descriptors: {}, diskFull: {} })), false);
  assert.equal(needsWatchdog(resolveDetectOptions({ ...off, cpuStarved: {} })), true);
});
