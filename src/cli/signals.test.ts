import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { handleSignals } from './signals.ts';

interface Setup {
  readonly source: EventEmitter;
  readonly calls: string[];
  readonly ignore: () => void;
}

function setup(
  terminals: readonly boolean[] = [false],
  restart: () => Promise<void> = async () => {},
): Setup {
  const source = new EventEmitter();
  const calls: string[] = [];
  const say = (_fields: object, message: string): void => {
    calls.push(message);
  };
  const left = [...terminals];
  const ignore = handleSignals({
    supervisor: {
      leave: (signal) => {
        calls.push(`leave ${signal}`);
      },
      stop: (signal) => {
        calls.push(`stop ${signal}`);
      },
      passOn: (signal) => {
        calls.push(`pass on ${signal}`);
        return signal !== 'SIGQUIT';
      },
      restart: () => {
        calls.push('restart');
        return restart();
      },
    },
    log: { debug: say, info: say, warn: say, error: say },
    source,
    hasTerminal: () => left.shift() ?? assert.fail('asked too often'),
  });
  return { source, calls, ignore };
}

test('SIGTERM leaves, SIGINT stops, each as often as it comes', () => {
  const { source, calls } = setup();
  source.emit('SIGTERM');
  source.emit('SIGTERM');
  source.emit('SIGINT');
  source.emit('SIGINT');
  assert.deepEqual(calls, ['leave SIGTERM', 'leave SIGTERM', 'stop SIGINT', 'stop SIGINT']);
});

test('what only the script gives a meaning to goes to the workers, and ends Respite if none listens', () => {
  const { source, calls } = setup();
  source.emit('SIGUSR1');
  source.emit('SIGUSR2');
  assert.deepEqual(calls, ['pass on SIGUSR1', 'pass on SIGUSR2']);
  source.emit('SIGQUIT');
  assert.equal(calls[2], 'pass on SIGQUIT');
  assert.match(calls[3] ?? '', /^SIGQUIT: the script does not listen for it/);
  assert.equal(calls[4], 'leave SIGTERM');
});

test('SIGHUP restarts a service, and a program whose terminal is still there', () => {
  const service = setup([false]);
  service.source.emit('SIGHUP');
  assert.deepEqual(service.calls, ['restart']);
  const program = setup([true, true]);
  program.source.emit('SIGHUP');
  assert.deepEqual(program.calls, ['restart']);
});

test('SIGHUP stops a program whose terminal is gone', () => {
  const { source, calls } = setup([true, false]);
  source.emit('SIGHUP');
  assert.deepEqual(calls, ['stop SIGTERM']);
});

test('a restart that fails is logged', async () => {
  const { source, calls } = setup([false], () => Promise.reject(new Error('did not come up')));
  source.emit('SIGHUP');
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual(calls, ['restart', 'the rolling restart failed']);
});

test('after the end a signal means nothing, and does not kill', () => {
  const { source, calls, ignore } = setup();
  ignore();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'SIGQUIT'])
    assert.equal(source.emit(signal), true, `${signal} is listened for`);
  assert.deepEqual(calls, []);
});
