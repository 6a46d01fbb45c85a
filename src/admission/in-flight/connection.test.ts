import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Connection, connectionOf, type OnConnection } from './connection.ts';

interface Counted extends OnConnection {
  ends: number;
}

function requestOn(connection: Connection): Counted {
  const request = {
    ends: 0,
    connectionClosed() {
      request.ends += 1;
      // As a request in flight does.
      connection.remove(request);
    },
  };
  connection.add(request);
  return request;
}

test('a carrier has one record, and those who ask first hear that it is new', () => {
  const carrier = new EventEmitter();
  let news = 0;
  const first = connectionOf(carrier, () => (news += 1));
  assert.equal(
    connectionOf(carrier, () => (news += 1)),
    first,
  );
  assert.equal(news, 1);
  assert.notEqual(connectionOf(new EventEmitter()), first);
});

test('whatever comes and goes, the close ends each request that is left, once', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat({ max: 20 }), { nil: undefined })), (steps) => {
      const carrier = new EventEmitter();
      const connection = connectionOf(carrier);
      const left: Counted[] = [];
      const gone: Counted[] = [];
      for (const step of steps) {
        if (step === undefined || step >= left.length) {
          left.push(requestOn(connection));
        } else {
          const [request] = left.splice(step, 1);
          assert.ok(request);
          connection.remove(request);
          gone.push(request);
        }
        assert.equal(connection.isBusy, left.length > 0);
      }
      carrier.emit('close');
      carrier.emit('close');
      assert.equal(connection.isBusy, false);
      assert.ok(left.every(({ ends }) => ends === 1));
      assert.ok(gone.every(({ ends }) => ends === 0));
    }),
  );
});
