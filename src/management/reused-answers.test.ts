import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from './answer.ts';
import { ReusedAnswers, versionOf } from './reused-answers.ts';
import { statusOf } from './support.test.ts';

const QUARANTINE = {
  id: 'q1',
  scope: 'request',
  name: 'GET',
  deaths: 2,
  sinceMs: 0,
  probeAtMs: 1,
  isProbing: false,
} as const;

class Rendering {
  nowMs = 0;
  count = 0;
  readonly reused = new ReusedAnswers(() => this.nowMs);

  async ask(tookMs: number, { kind = 'metrics', version = '1' } = {}): Promise<string> {
    const { body } = await this.reused.get(kind, version, async (): Promise<Answer> => {
      this.count += 1;
      const own = this.count;
      await Promise.resolve();
      this.nowMs += tookMs;
      return { status: 200, body: String(own), headers: {} };
    });
    return String(body);
  }
}

test('an answer is reused for 20 times what it took to render, at most for a second', async () => {
  for (const [tookMs, reusedMs] of [
    [2, 40],
    [300, 1000],
  ] as const) {
    const rendering = new Rendering();
    assert.equal(await rendering.ask(tookMs), '1');
    rendering.nowMs = tookMs + reusedMs - 0.5;
    assert.equal(await rendering.ask(tookMs), '1');
    rendering.nowMs += 1;
    assert.equal(await rendering.ask(tookMs), '2');
  }
});

test('who asks while it is rendered waits for the same answer', async () => {
  const rendering = new Rendering();
  const answers = await Promise.all(Array.from({ length: 1000 }, async () => rendering.ask(50)));
  assert.deepEqual([...new Set(answers)], ['1']);
});

test('kinds and versions are kept apart', async () => {
  const rendering = new Rendering();
  assert.equal(await rendering.ask(50), '1');
  assert.equal(await rendering.ask(50, { kind: 'status' }), '2');
  assert.equal(await rendering.ask(50, { version: '2' }), '3');
  assert.equal(await rendering.ask(50, { version: '2' }), '3');
});

test('a failure is not reused', async () => {
  const { reused } = new Rendering();
  await assert.rejects(
    reused.get('metrics', '1', async () => Promise.reject(new Error('no'))),
    /no/,
  );
  const { body } = await reused.get('metrics', '1', async () => ({ status: 200, body: 'yes', headers: {} }));
  assert.equal(body, 'yes');
});

test('the version changes with what somebody did or what happened, not with counters', () => {
  const before = statusOf('running', ['ready', 'ready']);
  const [first, ...others] = before.workers;
  assert.ok(first);
  const counted = { ...before, totals: { ...before.totals, connectionsRefused: 7 } };
  assert.equal(versionOf(counted), versionOf(before));
  const aged = { ...before, workers: [{ ...first, sampleAgeMs: 7 }, ...others] };
  assert.equal(versionOf(aged), versionOf(before));
  for (const after of [
    statusOf('draining', ['ready', 'ready']),
    statusOf('running', ['ready', 'unresponsive']),
    { ...before, dryRun: true },
    { ...before, restarting: true },
    { ...before, quarantine: { ...before.quarantine, entries: [QUARANTINE] } },
    { ...before, restarts: { ...before.restarts, exit: 3 } },
  ]) {
    assert.notEqual(versionOf(after), versionOf(before));
  }
});
