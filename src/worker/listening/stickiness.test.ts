import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionHandle } from '../handles.ts';
import { slotOf } from './client-slot.ts';
import { Stickiness } from './stickiness.ts';

const SELF = { slot: 1, worker: 7 };
const OTHER = { slot: 2, worker: 8 };

/** An address whose clients belong to this slot, of the two. */
function addressOf(slot: number): string {
  for (let i = 1; i < 256; i += 1) {
    if (slotOf(`10.0.0.${i}`, [1, 2]) === slot) return `10.0.0.${i}`;
  }
  return assert.fail();
}

interface Fake extends ConnectionHandle {
  isClosed: boolean;
}

function from(address: string | undefined): Fake {
  const connection: Fake = {
    isClosed: false,
    getpeername: (out) => {
      if (address === undefined) return -107;
      out.address = address;
      return 0;
    },
    close: () => {
      connection.isClosed = true;
    },
  };
  return connection;
}

interface Stage {
  readonly sticky: Stickiness;
  /** Each with its callback. */
  readonly sent: { readonly client: string; readonly written: (error: unknown) => void }[];
  readonly served: string[];
  accept(connection: Fake, name?: string): boolean;
}

function stage(): Stage {
  const sent: Stage['sent'] = [];
  const served: string[] = [];
  const sticky = new Stickiness(SELF, (message, _connection, written) => {
    assert.ok(message.kind === 'connection' && message.key === 'app');
    sent.push({ client: message.client, written });
  });
  return {
    sticky,
    sent,
    served,
    accept: (connection, name = '') => sticky.of('app')(connection, () => served.push(name)),
  };
}

test("another slot's clients are handed over, and the copy here is closed once that is done", () => {
  const { sticky, sent, served, accept } = stage();
  sticky.learn('app', [SELF, OTHER]);
  const foreign = from(addressOf(2));
  assert.equal(accept(from(addressOf(1))), false);
  assert.equal(accept(foreign), true);
  assert.equal(sent.length, 1);
  assert.equal(foreign.isClosed, false, 'its descriptor is still needed');
  sent[0]?.written(null);
  assert.equal(foreign.isClosed, true);
  assert.deepEqual(served, []);
});

test('one at a time is on its way', () => {
  const { sticky, sent, accept } = stage();
  sticky.learn('app', [SELF, OTHER]);
  for (let i = 0; i < 3; i += 1) accept(from(addressOf(2)));
  assert.equal(sent.length, 1);
  sent[0]?.written(null);
  assert.equal(sent.length, 2);
});

test("a predecessor hands its own slot's clients to the worker that takes its place", () => {
  const { sticky, sent, accept } = stage();
  sticky.learn('app', [{ slot: 1, worker: 9 }, OTHER]);
  assert.equal(accept(from(addressOf(1))), true);
  assert.equal(sent.length, 1);
});

test('without workers that serve, without an address, and of other sockets everything stays here', () => {
  const { sticky, accept } = stage();
  assert.equal(accept(from(addressOf(2))), false);
  sticky.learn('app', []);
  assert.equal(accept(from(addressOf(2))), false);
  sticky.learn('app', [SELF, OTHER]);
  assert.equal(accept(from(undefined)), false);
  assert.equal(
    sticky.of('metrics')(from(addressOf(2)), () => {}),
    false,
  );
});

test('what can not be sent is served here, and so is what has not left when the worker stops', () => {
  const { sticky, sent, served, accept } = stage();
  sticky.learn('app', [SELF, OTHER]);
  const [unsendable, last] = [from(addressOf(2)), from(addressOf(2))];
  accept(unsendable, 'unsendable');
  accept(from(addressOf(2)), 'sent');
  accept(last, 'last');
  sent[0]?.written(new Error('EMSGSIZE'));
  assert.deepEqual(served, ['unsendable']);
  assert.equal(unsendable.isClosed, false);
  sticky.stop();
  assert.deepEqual(served, ['unsendable', 'last']);
  sent[1]?.written(null);
  assert.equal(sent.length, 2);
  assert.equal(accept(from(addressOf(2))), false);
});

test('a worker that is swamped serves what can not wait', () => {
  const { sticky, accept } = stage();
  sticky.learn('app', [SELF, OTHER]);
  let handedOver = 0;
  while (handedOver < 10_000 && accept(from(addressOf(2)))) handedOver += 1;
  assert.equal(handedOver, 512);
});
