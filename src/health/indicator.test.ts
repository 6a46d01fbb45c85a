import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { custom, type Finding } from './check.ts';
import { Indicator } from './indicator.ts';
import { type IndicatorOptions, resolveIndicatorOptions } from './options.ts';
import { FakeClock, settled } from './support.test.ts';
import { histories } from '../../test/harness/histories.ts';

interface Setup {
  readonly clock: FakeClock;
  readonly indicator: Indicator;
  /** Checks that were started, when, and what ends them. */
  readonly started: { readonly atMs: number; readonly signal: AbortSignal; end: (error?: Error) => void }[];
}

/** Checks every 1000 ms, at most 400 ms each; a check ends when the test says so. */
function setup(given: Partial<IndicatorOptions> = {}): Setup {
  const clock = new FakeClock();
  const started: Setup['started'] = [];
  const check = custom(
    async (signal) =>
      new Promise<Finding | void>((resolve, reject) => {
        started.push({
          atMs: clock.nowMs,
          signal,
          end: (error) => (error === undefined ? resolve() : reject(error)),
        });
      }),
    { peer: 'db:1' },
  );
  const options = resolveIndicatorOptions('db', {
    check,
    intervalMs: 1000,
    timeoutMs: 400,
    ...given,
  });
  const indicator = new Indicator('db', options, clock, () => {});
  indicator.start();
  return { clock, indicator, started };
}

test('it is unknown until the first check has ended, which starts at once', async () => {
  const { clock, indicator, started } = setup();
  await settled();
  assert.equal(indicator.report().status, 'UNKNOWN');
  clock.nowMs = 30;
  started[0]?.end();
  await settled();
  const { status, durationMs, peer, checkedAtMs } = indicator.report();
  assert.deepEqual([status, durationMs, peer, checkedAtMs], ['UP', 30, 'db:1', 30]);
});

test('from start to start it is the interval', async () => {
  const { clock, started } = setup();
  for (const ms of [300, 1300, 2300]) {
    await clock.to(ms);
    started.at(-1)?.end();
  }
  await clock.to(3000);
  assert.deepEqual(
    started.map(({ atMs }) => atMs),
    [0, 1000, 2000, 3000],
  );
});

test('a check that hangs is down at its time-out and aborted, and the next one starts in time', async () => {
  const { clock, indicator, started } = setup();
  await clock.to(399);
  assert.deepEqual([indicator.report().status, started[0]?.signal.aborted], ['UNKNOWN', false]);
  await clock.to(400);
  const { status, error, trouble, durationMs } = indicator.report();
  assert.deepEqual(
    [status, error, trouble, durationMs],
    ['DOWN', 'no answer within 400 ms', 'dependency-down', 400],
  );
  assert.equal(started[0]?.signal.aborted, true);
  await clock.to(1000);
  started[1]?.end();
  await settled();
  assert.equal(indicator.report().status, 'UP');
});

test('two that ignore their signal keep a third from being started, until one has settled', async () => {
  const { clock, indicator, started } = setup();
  await clock.to(5500);
  assert.deepEqual(
    started.map(({ atMs }) => atMs),
    [0, 1000],
  );
  assert.match(indicator.report().error ?? '', /two earlier checks still wait/);
  assert.equal(indicator.report().checkedAtMs, 5000);
  started[0]?.end();
  await clock.to(6000);
  assert.equal(started.length, 3);
  started[2]?.end();
  await settled();
  assert.equal(indicator.report().status, 'UP');
});

test('what an abandoned check finds at last counts for nothing', async () => {
  const { clock, indicator, started } = setup();
  await clock.to(500);
  started[0]?.end();
  await settled();
  assert.equal(indicator.report().status, 'DOWN');
});

test('a check that takes longer than the interval is followed at once, and not overlapped', async () => {
  const { clock, started } = setup({ intervalMs: 100 });
  await clock.to(250);
  started[0]?.end();
  await clock.to(300);
  assert.deepEqual(
    started.map(({ atMs }) => atMs),
    [0, 250],
  );
});

test('a check that throws at once, and details that JSON can not take', async () => {
  const throwing = setup({
    check: custom(() => {
      throw new Error('at once');
    }),
  });
  await settled();
  assert.equal(throwing.indicator.report().error, 'at once');
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  for (const details of [cyclic, { text: 'x'.repeat(3000) }, { big: 1n }]) {
    const { indicator } = setup({ check: custom(() => ({ details })) });
    await settled();
    assert.deepEqual([indicator.report().status, indicator.report().details], ['UP', {}]);
  }
  const { indicator } = setup({ check: custom(() => ({ status: 'OUT_OF_SERVICE', details: { a: 1 } })) });
  await settled();
  assert.deepEqual([indicator.report().status, indicator.report().details], ['OUT_OF_SERVICE', { a: 1 }]);
});

test('stopped it aborts what is under way, starts nothing and leaves no timer', async () => {
  const { clock, indicator, started } = setup();
  await settled();
  await indicator.stop();
  assert.equal(started[0]?.signal.aborted, true);
  assert.equal(clock.timers, 0);
  started[0]?.end(new Error('aborted'));
  await clock.to(5000);
  assert.deepEqual([started.length, indicator.report().status], [1, 'UNKNOWN']);
});

test('stopped by the listener for its outcome, an overdue check is not started any more', async () => {
  const clock = new FakeClock();
  let runs = 0;
  const check = custom(async () => {
    runs += 1;
    await new Promise<void>((resolve) => {
      clock.after(150, resolve);
    });
  });
  const options = resolveIndicatorOptions('db', { check, intervalMs: 100, timeoutMs: 400 });
  const indicator: Indicator = new Indicator('db', options, clock, () => void indicator.stop());
  indicator.start();
  await clock.to(1000);
  assert.deepEqual([runs, clock.timers], [1, 0]);
});

test('stopped it closes what the check keeps open, once, and survives a close that throws or hangs', async () => {
  let closed = 0;
  const throwing = setup({
    check: custom(() => {}, {
      close: () => {
        closed += 1;
        throw new Error('closing fails');
      },
    }),
  });
  await throwing.indicator.stop();
  await throwing.indicator.stop();
  assert.equal(closed, 1);
  const hanging = setup({ check: custom(() => {}, { close: async () => new Promise(() => {}) }) });
  const stopped = hanging.indicator.stop();
  await hanging.clock.to(400);
  await stopped;
  assert.equal(hanging.clock.timers, 0);
});

test('down within interval and time-out of an outage at any time, whether it refuses or hangs, and up again', async () => {
  const times = fc.record({
    intervalMs: fc.integer({ min: 50, max: 2000 }),
    timeoutMs: fc.integer({ min: 10, max: 1000 }),
    outageMs: fc.integer({ min: 0, max: 5000 }),
    hangs: fc.boolean(),
    /** Does the client let go when it is told to, or only when the server is back? */
    obeys: fc.boolean(),
    tookMs: fc.integer({ min: 0, max: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(times, async ({ intervalMs, timeoutMs, outageMs, hangs, obeys, tookMs }) => {
      const clock = new FakeClock();
      let isOut = false;
      let pending = 0;
      let mostPending = 0;
      const { promise: back, resolve: comeBack } = Promise.withResolvers<void>();
      const check = custom(async (signal) => {
        pending += 1;
        mostPending = Math.max(mostPending, pending);
        try {
          await new Promise<void>((resolve) => {
            clock.after(tookMs, resolve);
          });
          if (!isOut) return;
          if (!hangs) throw new Error('refused');
          await new Promise<void>((resolve, reject) => {
            void back.then(resolve);
            if (obeys) signal.addEventListener('abort', () => reject(signal.reason));
          });
        } finally {
          pending -= 1;
        }
      });
      const options = resolveIndicatorOptions('db', { check, intervalMs, timeoutMs });
      const indicator = new Indicator('db', options, clock, () => {});
      indicator.start();
      await clock.to(outageMs);
      isOut = true;
      await clock.to(outageMs + intervalMs + timeoutMs);
      assert.equal(indicator.report().status, 'DOWN');
      await clock.to(outageMs + 5 * (intervalMs + timeoutMs));
      assert.ok(mostPending <= 2);
      isOut = false;
      comeBack();
      await clock.to(clock.nowMs + intervalMs + timeoutMs);
      assert.equal(indicator.report().status, 'UP');
      await indicator.stop();
    }),
    { numRuns: histories(100) },
  );
});
