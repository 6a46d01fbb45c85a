import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { mock, test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { Timeout, Timeouts } from './timeouts.ts';
import { histories } from '../../test/harness/histories.ts';

/** Time that only the test moves. */
interface StoppedTime {
  tick(ms: number): void;
  /** Time in which no timer fires, as while the event loop is blocked. */
  block(ms: number): void;
  /** Delays of the timers that were created. */
  readonly delays: readonly number[];
}

function stoppedTime(t: TestContext): StoppedTime {
  let nowMs = 0;
  const delays: number[] = [];
  const clock = mock.method(performance, 'now', () => nowMs);
  mock.timers.enable({ apis: ['setTimeout'] });
  const original = globalThis.setTimeout;
  const counting = mock.method(globalThis, 'setTimeout', (...args: Parameters<typeof original>) => {
    delays.push(args[1] ?? 0);
    return original(...args);
  });
  t.after(() => {
    counting.mock.restore();
    mock.timers.reset();
    clock.mock.restore();
  });
  return {
    tick: (ms) => {
      for (let i = 0; i < ms; i += 1) {
        nowMs += 1;
        mock.timers.tick(1);
      }
    },
    block: (ms) => {
      nowMs += ms;
    },
    delays,
  };
}

function expiring(timeouts: Timeouts, ms: number, expire: () => void): Timeout {
  const timeout = new Timeout({ expire });
  timeouts.start(timeout, ms);
  return timeout;
}

test('each expires at its time, to a millisecond, whatever the others do', (t) => {
  const time = stoppedTime(t);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 20 }), (durations) => {
      const timeouts = new Timeouts();
      const startedMs = performance.now();
      const ended: number[] = [];
      durations.forEach((ms, i) => {
        expiring(timeouts, ms, () => {
          ended[i] = performance.now() - startedMs;
        });
      });
      time.tick(5010);
      durations.forEach((ms, i) => {
        const tookMs = ended[i] ?? Infinity;
        assert.ok(tookMs >= ms - 1 && tookMs <= ms + 2, `${ms} ms took ${tookMs}`);
      });
    }),
    { numRuns: histories(20) },
  );
});

test('one that is stopped never expires, and one that is started again does so once', (t) => {
  const time = stoppedTime(t);
  const timeouts = new Timeouts();
  const seen: string[] = [];
  const stopped = expiring(timeouts, 100, () => seen.push('stopped'));
  const again = expiring(timeouts, 100, () => seen.push('again'));
  time.tick(50);
  timeouts.stop(stopped);
  timeouts.start(again, 100);
  time.tick(70);
  assert.deepEqual(seen, []);
  time.tick(1000);
  assert.deepEqual(seen, ['again']);
});

test('a time-out can be made longer by setting its end', (t) => {
  const time = stoppedTime(t);
  const timeouts = new Timeouts();
  let hasExpired = false;
  const timeout = expiring(timeouts, 100, () => {
    hasExpired = true;
  });
  timeout.endMs += 900;
  time.tick(900);
  assert.equal(hasExpired, false);
  time.tick(110);
  assert.equal(hasExpired, true);
});

test('ten thousand calls that end in time create a handful of timers', (t) => {
  const time = stoppedTime(t);
  const timeouts = new Timeouts();
  for (let i = 0; i < 10_000; i += 1) {
    timeouts.stop(expiring(timeouts, 10_000, assert.fail));
    if (i % 10 === 0) time.tick(1);
  }
  const { length } = time.delays;
  assert.ok(length >= 1 && length <= 3, `${length} timers`);
});

test('after the event loop was blocked, what is long due is due at once', (t) => {
  const time = stoppedTime(t);
  const timeouts = new Timeouts();
  const seen: string[] = [];
  expiring(timeouts, 40, () => {
    seen.push('second');
  });
  expiring(timeouts, 10, () => {
    time.block(500);
    seen.push('first');
    throw new Error('an owner’s fault');
  });
  assert.throws(() => {
    time.tick(20);
  });
  time.tick(1);
  assert.deepEqual(seen, ['first', 'second']);
  assert.ok(
    time.delays.every((ms) => ms >= 1),
    String(time.delays),
  );
});

test('an owner that throws does not keep the others waiting', (t) => {
  const time = stoppedTime(t);
  const timeouts = new Timeouts();
  let hasExpired = false;
  expiring(timeouts, 10, () => {
    throw new Error('an owner’s fault');
  });
  expiring(timeouts, 10, () => {
    hasExpired = true;
  });
  assert.throws(() => {
    time.tick(20);
  }, /an owner’s fault/);
  time.tick(20);
  assert.equal(hasExpired, true);
});

test('the process does not stay alive for it', () => {
  const alive = (): number => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
  const before = alive();
  const timeouts = new Timeouts();
  const timeout = expiring(timeouts, 60_000, assert.fail);
  assert.equal(alive(), before);
  timeouts.stop(timeout);
});

test('the timer keeps no context of the call that happened to be first', async () => {
  const contexts = new AsyncLocalStorage<string>();
  const timeouts = new Timeouts();
  const keepsAlive = setInterval(() => {}, 1000);
  const seen = await new Promise<string | undefined>((resolve) => {
    contexts.run('of the first call', () => {
      expiring(timeouts, 5, () => {
        resolve(contexts.getStore());
      });
    });
  });
  clearInterval(keepsAlive);
  assert.equal(seen, undefined);
});
