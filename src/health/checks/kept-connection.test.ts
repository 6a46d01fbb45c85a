import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../support.test.ts';
import { KeptConnection } from './kept-connection.ts';

interface Made {
  readonly signal: AbortSignal;
  readonly arrive: () => void;
  readonly fail: (error: Error) => void;
  drop: () => void;
  isClosed: boolean;
}

function setup(): { readonly made: Made[]; readonly kept: KeptConnection<Made> } {
  const made: Made[] = [];
  const kept = new KeptConnection<Made>({
    connect: async (signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<Made>();
      const one: Made = { signal, arrive: () => resolve(one), fail: reject, drop: () => {}, isClosed: false };
      made.push(one);
      return promise;
    },
    close: (one) => {
      one.isClosed = true;
      throw new Error('closing fails');
    },
    onConnected: (one, drop) => {
      one.drop = drop;
    },
  });
  return { made, kept };
}

test('one connection serves all until it is dropped', async () => {
  const { made, kept } = setup();
  const both = Promise.all([kept.get(), kept.get()]);
  await settled();
  made[0]?.arrive();
  const [one, other] = await both;
  assert.equal(one, other);
  assert.equal(await kept.get(), one);
  one.drop();
  const next = kept.get();
  await settled();
  made[1]?.arrive();
  assert.notEqual(await next, one);
  assert.equal(made.length, 2);
});

test('a connection that fails is made again by the next that needs it', async () => {
  const { made, kept } = setup();
  const first = kept.get();
  await settled();
  made[0]?.fail(new Error('refused'));
  await assert.rejects(first, { message: 'refused' });
  const second = kept.get();
  await settled();
  made[1]?.arrive();
  assert.equal(await second, made[1]);
});

test('a connection that takes too long is given up, and closed when it comes at last', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { made, kept } = setup();
  const first = kept.get();
  await settled();
  t.mock.timers.tick(30_000);
  await assert.rejects(first, { message: 'the connection was given up while it was being made' });
  assert.equal(made[0]?.signal.aborted, true);
  const second = kept.get();
  await settled();
  made[1]?.arrive();
  await second;
  made[0]?.arrive();
  await settled();
  assert.deepEqual([made[0]?.isClosed, made[1]?.isClosed, await kept.get()], [true, false, made[1]]);
});

test('closing ends what there is, what is being made, and nothing twice', async () => {
  const { made, kept } = setup();
  await kept.close();
  const waiting = kept.get();
  await settled();
  await Promise.all([kept.close(), assert.rejects(waiting)]);
  made[0]?.arrive();
  await settled();
  assert.equal(made[0]?.isClosed, true);

  const next = kept.get();
  await settled();
  made[1]?.arrive();
  await next;
  await kept.close();
  assert.equal(made[1]?.isClosed, true);
});
