import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Log } from '../../log.ts';
import type { Channel } from './channel.ts';
import { incident, over } from './fake-incident.test.ts';
import { Notifier } from './notifier.ts';
import { resolveNotifyOptions } from './options.ts';
import type { Payload } from './payload.ts';
import type { Failure } from './queue.ts';

const SENDER = { script: 'server.js', host: 'web-1', pid: 9 };

class Lines implements Log {
  readonly lines: string[] = [];
  debug(): void {}
  info(_fields: object, message: string): void {
    this.lines.push(message);
  }
  warn(_fields: object, message: string): void {
    this.lines.push(message);
  }
  error(_fields: object, message: string): void {
    this.lines.push(message);
  }
}

/** Each try waits for the test to answer it. */
class Asked implements Channel {
  readonly name = 'webhook h';
  readonly tries: { payload: Payload; signal: AbortSignal; answer: (failure?: Failure) => void }[] = [];

  send(payload: Payload, signal: AbortSignal): Promise<Failure | undefined> {
    const { promise, resolve } = Promise.withResolvers<Failure | undefined>();
    this.tries.push({ payload, signal, answer: resolve });
    return promise;
  }

  /** What was tried, as `event id`. */
  get told(): string[] {
    return this.tries.map(
      ({
        payload: {
          event,
          incident: { id },
        },
      }) => `${event} ${id}`,
    );
  }
}

/** With a clock of the test's own, which stands half a second after each incident. */
function setup(t: TestContext, ...channels: Channel[]): { notifier: Notifier; log: Lines } {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const log = new Lines();
  return { notifier: new Notifier({ channels, options: resolveNotifyOptions(), sender: SENDER, log }), log };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('each channel is told in its own time', async (t) => {
  const [quick, slow] = [new Asked(), new Asked()];
  const { notifier } = setup(t, quick, slow);
  notifier.tell(incident('a'));
  t.mock.timers.tick(500);
  quick.tries[0]?.answer();
  await settled();
  notifier.tell(over(incident('a')));
  assert.deepEqual([quick.told, slow.told], [['opened a', 'recovered a'], ['opened a']]);
  quick.tries[1]?.answer();
  slow.tries[0]?.answer();
  await settled();
  slow.tries[1]?.answer();
  await notifier.close();
  assert.deepEqual(slow.told, ['opened a', 'recovered a']);
});

test('a channel that throws, and a message that is given up, are a line of the log', async (t) => {
  const broken: Channel = {
    name: 'broken',
    send: () => {
      throw new TypeError('https://hooks.example.com/secret');
    },
  };
  const asked = new Asked();
  const { notifier, log } = setup(t, broken, asked);
  notifier.tell(incident('a'));
  t.mock.timers.tick(500);
  asked.tries[0]?.answer({ reason: 'status 404', hopeless: true, retryAfterMs: 0 });
  await settled();
  assert.deepEqual(log.lines, [
    'broken: could not tell that a is opened, given up after 1 tries: TypeError',
    'webhook h: could not tell that a is opened, given up after 1 tries: status 404',
  ]);
  await notifier.close();
});

test('at the end what waits is tried once more', async (t) => {
  const asked = new Asked();
  const { notifier, log } = setup(t, asked);
  notifier.tell(incident('a'));
  t.mock.timers.tick(500);
  asked.tries[0]?.answer({ reason: 'status 503', hopeless: false, retryAfterMs: 60_000 });
  await settled();
  const closed = notifier.close();
  asked.tries[1]?.answer();
  await closed;
  assert.deepEqual(asked.told, ['opened a', 'opened a']);
  assert.deepEqual(log.lines, ['webhook h: status 503; trying again']);
});

test('the end does not wait for long, and says what was not sent', async (t) => {
  const asked = new Asked();
  const { notifier, log } = setup(t, asked);
  notifier.tell(incident('a'));
  t.mock.timers.tick(500);
  let isClosed = false;
  const closed = notifier.close().then(() => (isClosed = true));
  await settled();
  assert.equal(isClosed, false);
  assert.equal(asked.tries[0]?.signal.aborted, false);
  t.mock.timers.tick(2000);
  await closed;
  assert.equal(asked.tries[0]?.signal.aborted, true);
  assert.deepEqual(log.lines, ['webhook h: 1 not sent before the end']);
});
