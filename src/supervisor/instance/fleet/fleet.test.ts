import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Log } from '../../log.ts';
import { Fleet } from './fleet.ts';
import type { RedisClient } from './options.ts';
import { runWith } from './client.ts';

class Lines implements Log {
  readonly lines: string[] = [];
  debug(): void {}
  info(_fields: object, message: string): void {
    this.lines.push(message);
  }
  warn(_fields: object, message: string): void {
    this.lines.push(message);
  }
  error(): void {}
}

/** Answers each acquire as it is told to, and keeps what was asked. */
function redis(answers: readonly (0 | 1 | Error)[]): { client: RedisClient; commands: string[] } {
  const commands: string[] = [];
  const left = [...answers];
  return {
    commands,
    client: {
      call: async (command, ...args) => {
        const isAcquire = args[1] === '2';
        commands.push(
          isAcquire ? 'acquire' : args[1] === '1' ? 'beat' : `${command} ${args[0]?.split(':').at(-1)}`,
        );
        if (!isAcquire) return 1;
        const answer = left.shift() ?? 1;
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
  };
}

function setup(client: RedisClient): { fleet: Fleet; log: Lines } {
  const log = new Lines();
  return { fleet: new Fleet({ client, name: 'x', share: 0.34, leaseMs: 60_000 }, log), log };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('granted: heals, and gives the lease back', async () => {
  const { client, commands } = redis([1]);
  const { fleet, log } = setup(client);
  assert.equal(await fleet.inTurn('event-loop-blocked', async () => 'problem'), 'problem');
  await assert.rejects(
    fleet.inTurn('crash', () => Promise.reject(new Error('boom'))),
    { message: 'boom' },
  );
  await fleet.leave();
  assert.deepEqual(log.lines, []);
  assert.deepEqual(commands, [
    'beat',
    'acquire',
    'ZREM healing',
    'acquire',
    'ZREM healing',
    'ZREM healing',
    'ZREM members',
  ]);
});

test('the lease is given back when the last of several healings is done', async () => {
  const { client, commands } = redis([1, 1]);
  const { fleet } = setup(client);
  const first = Promise.withResolvers<undefined>();
  const both = [fleet.inTurn('a', () => first.promise), fleet.inTurn('b', async () => undefined)];
  await both[1];
  assert.ok(!commands.includes('ZREM healing'));
  first.resolve(undefined);
  await both[0];
  assert.deepEqual(commands, ['beat', 'acquire', 'acquire', 'ZREM healing']);
  await fleet.leave();
});

test('an error of Redis: heals alone, and says so', async () => {
  const { client } = redis([new Error('READONLY')]);
  const { fleet, log } = setup(client);
  await fleet.inTurn('event-loop-blocked', async () => undefined);
  assert.deepEqual(log.lines, ["healing without the fleet's consent: its Redis does not answer"]);
  await fleet.leave();
});

test('a Redis that hangs costs half a second', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { fleet, log } = setup({ call: () => new Promise(() => {}) });
  let hasHealed = false;
  const healed = fleet.inTurn('event-loop-blocked', async () => (hasHealed = true));
  t.mock.timers.tick(499);
  await settled();
  assert.equal(hasHealed, false);
  t.mock.timers.tick(1);
  await healed;
  assert.match(log.lines[0] ?? '', /does not answer$/);
  const left = fleet.leave();
  t.mock.timers.tick(500);
  await left;
});

test('denied: asks again, and heals when it is its turn', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { client, commands } = redis([0, 0, 1]);
  const { fleet, log } = setup(client);
  const healed = fleet.inTurn('memory-leak', async () => undefined);
  for (let i = 0; i < 3; i += 1) {
    await settled();
    t.mock.timers.tick(750);
  }
  await healed;
  assert.equal(commands.filter((command) => command === 'acquire').length, 3);
  assert.deepEqual(log.lines, ['enough instances of the fleet heal already: waiting for them']);
  await fleet.leave();
});

test('clients are told apart by their shape', async () => {
  const told: unknown[] = [];
  // As ioredis has it.
  const both = {
    call: async (...args: string[]) => void told.push(args),
    sendCommand: () => assert.fail('that takes something else'),
  };
  await runWith(both)(['PING', 'a']);
  await runWith({ sendCommand: async (args) => void told.push(args) })(['PING', 'a']);
  assert.deepEqual(told, [
    ['PING', 'a'],
    ['PING', 'a'],
  ]);
});
