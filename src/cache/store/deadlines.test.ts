import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { type Deadline, Deadlines } from './deadlines.ts';
import { histories } from '../../../test/harness/histories.ts';

const TIMEOUT_MS = 50;

/** Deadlines, what was late by them, and time that passes one millisecond after the other. */
function scene(t: Pick<TestContext, 'mock'>) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const late: number[] = [];
  const deadlines = new Deadlines<number>(TIMEOUT_MS, (subject) => late.push(subject));
  const pass = async (ms: number): Promise<void> => {
    for (let i = 0; i < ms; i += 1) {
      t.mock.timers.tick(1);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  };
  return { deadlines, late, pass };
}

test('what does not end in its time is late, once', async (t) => {
  const { deadlines, late, pass } = scene(t);
  const deadline = deadlines.begin(1);
  await pass(TIMEOUT_MS - 1);
  assert.deepEqual(late, []);
  await pass(2);
  assert.deepEqual(late, [1]);
  assert.equal(deadlines.end(deadline), false);
  await pass(200);
  assert.deepEqual(late, [1]);
});

test('time that passes while nobody looks counts as one slice', async (t) => {
  const { deadlines, late, pass } = scene(t);
  const deadline = deadlines.begin(1);
  t.mock.timers.tick(1000);
  await pass(30);
  assert.equal(deadlines.end(deadline), true);
  assert.deepEqual(late, []);
});

test('whatever begins and ends in whatever order, just what takes too long is late', async (t) => {
  const operation = fc.record({ pauseMs: fc.nat(30), takesMs: fc.nat(120) });
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
      t.mock.timers.reset();
      const { deadlines, late, pass } = scene(t);
      let at = 0;
      const begins = operations.map(({ pauseMs }) => (at += pauseMs));
      const running = new Map<number, Deadline<number>>();
      for (let ms = 0; ms <= at + 200; ms += 1) {
        for (const [i, { takesMs }] of operations.entries()) {
          if (begins[i] === ms) running.set(i, deadlines.begin(i));
          const deadline = running.get(i);
          if (deadline === undefined || ms !== (begins[i] ?? 0) + takesMs) continue;
          const isInTime = deadlines.end(deadline);
          if (takesMs < TIMEOUT_MS) assert.ok(isInTime, `${takesMs} ms were too long`);
          if (takesMs > TIMEOUT_MS * 1.1 + 1) assert.ok(!isInTime, `${takesMs} ms were not too long`);
          assert.equal(late.includes(i), !isInTime);
        }
        await pass(1);
      }
    }),
    { numRuns: histories(50) },
  );
});
