import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test, type TestContext } from 'node:test';
import { PassedSignals } from './passed-signals.ts';
import type { Exit } from './worker-end.ts';

/** This process: it listens for SIGALRM in these tests, and not for SIGQUIT. */
class FakeWorker extends EventEmitter<{ exit: [Exit] }> {
  readonly pid: number = process.pid;
}

const skip = process.platform !== 'linux' && 'needs Linux';

/** Listens for SIGALRM until the test is over. */
function listen(t: TestContext, listener: () => void): void {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  process.on('SIGALRM', listener);
  t.after(() => process.off('SIGALRM', listener));
}

test('a signal is passed on to the scripts that listen for it', { skip }, async (t) => {
  const worker = new FakeWorker();
  const signals = new PassedSignals(new Set([worker]), () => {});
  assert.equal(signals.pass('SIGALRM'), false);
  const { promise, resolve } = Promise.withResolvers<void>();
  listen(t, resolve);
  assert.equal(signals.pass('SIGALRM'), true);
  t.mock.timers.tick(100);
  await promise;
});

test('but not to one that has listened once and has got it by itself: it would die of it', { skip }, (t) => {
  const listener = (): void => {};
  listen(t, listener);
  let nowMs = 0;
  const signals = new PassedSignals(
    new Set([new FakeWorker()]),
    () => {},
    () => nowMs,
  );
  signals.look(['SIGALRM']);
  process.off('SIGALRM', listener);
  nowMs = 2000;
  assert.equal(signals.pass('SIGALRM'), true);
  t.mock.timers.tick(100);
  nowMs = 4000;
  assert.equal(signals.pass('SIGALRM'), false, 'it does not listen any more');
});

for (const [how, exit, afterMs, isBecause] of [
  ['by the signal', { code: null, signal: 'SIGALRM' }, 5000, true],
  ['with exit code 0', { code: 0, signal: null }, 5000, true],
  ['with an error', { code: 1, signal: null }, 5000, false],
  ['by another signal', { code: null, signal: 'SIGKILL' }, 5000, false],
  ['much later', { code: 0, signal: null }, 60_000, false],
] as const) {
  test(`a script that ends after a signal, ${how}`, { skip }, (t) => {
    listen(t, () => {});
    const worker = new FakeWorker();
    let nowMs = 0;
    const ended: string[] = [];
    const signals = new PassedSignals(
      new Set([worker]),
      (_, signal) => ended.push(signal),
      () => nowMs,
    );
    worker.on('exit', () => ended.push('handled'));
    signals.pass('SIGALRM');
    signals.pass('SIGALRM');
    nowMs = afterMs;
    worker.emit('exit', exit);
    assert.deepEqual(ended, isBecause ? ['SIGALRM', 'handled'] : ['handled']);
  });
}
