import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import { Gate } from './gate.ts';
import type { TcpHandle } from '../handles.ts';
import { SharedListening } from './shared-listening.ts';

interface Fake extends TcpHandle {
  readonly calls: string[];
}

function fakeHandle(listenStatus: number = 0): Fake {
  const calls: string[] = [];
  return {
    calls,
    onconnection: undefined,
    listen: (backlog) => {
      calls.push(`listen ${backlog}`);
      return listenStatus;
    },
    close: (callback) => {
      calls.push('close');
      callback?.();
    },
    ref: () => calls.push('ref'),
    unref: () => calls.push('unref'),
    hasRef: () => calls.findLast((call) => call.endsWith('ref')) !== 'unref',
    getsockname: (out) => {
      Object.assign(out, { address: '::', port: 80, family: 'IPv6' });
      return calls.includes('close') ? -1 : 0;
    },
  };
}

const never = (): void => assert.fail('not closed by the user');

test('connections of every copy go where the server takes them, also when that changes', () => {
  const [first, copy] = [fakeHandle(), fakeHandle()];
  new SharedListening(first, 511, never).add(copy);
  const taken: unknown[] = [];
  first.onconnection = (_status, client) => taken.push(client);
  copy.onconnection?.(0, 'a');
  first.onconnection = (_status, client) => taken.push(`later ${String(client)}`);
  copy.onconnection?.(0, 'b');
  assert.deepEqual(taken, ['a', 'later b']);
  assert.deepEqual(copy.calls, ['listen 511', 'unref'], 'only the first keeps the process alive');
});

test('every connection has the asynchronous context of `listen()`', () => {
  const [first, copy] = [fakeHandle(), fakeHandle()];
  const storage = new AsyncLocalStorage<string>();
  const listening = storage.run(
    'listen',
    () => new SharedListening(first, 511, never, undefined, () => false),
  );
  const seen: unknown[] = [];
  first.onconnection = () => seen.push(storage.getStore());
  storage.run('channel', () => listening.add(copy));
  storage.run('channel', () => copy.onconnection?.(0, 'a'));
  assert.deepEqual(seen, ['listen']);
});

test('closing reaches every copy, late ones too; ref and unref are the first one’s', () => {
  const [first, copy, late] = [fakeHandle(), fakeHandle(), fakeHandle()];
  let closed = 0;
  const listening = new SharedListening(first, 1, () => (closed += 1));
  listening.add(copy);
  first.unref();
  listening.add(late);
  first.ref();
  let told = false;
  first.close(() => (told = true));
  assert.deepEqual(copy.calls, ['listen 1', 'unref', 'close']);
  assert.deepEqual(late.calls, ['listen 1', 'unref', 'close']);
  assert.deepEqual(first.calls, ['unref', 'ref', 'close']);
  assert.ok(told);
  assert.equal(closed, 1);
});

test('a copy that can’t listen, or comes too late, is closed', () => {
  const [first, broken, late] = [fakeHandle(), fakeHandle(-98), fakeHandle()];
  const listening = new SharedListening(first, 1, () => {});
  listening.add(broken);
  first.close();
  listening.add(late);
  assert.deepEqual(broken.calls, ['listen 1', 'close']);
  assert.deepEqual(late.calls, ['close']);
});

test('paused, it accepts no more, and for the user it listens until the user closes it', (_, done) => {
  const [first, copy] = [fakeHandle(), fakeHandle()];
  const listening = new SharedListening(first, 1, never);
  listening.add(copy);
  listening.pause();
  assert.deepEqual(first.calls, ['close']);
  assert.deepEqual(copy.calls, ['listen 1', 'unref', 'close']);
  const address = {};
  assert.equal(first.getsockname?.(address), 0);
  assert.deepEqual(address, { address: '::', port: 80, family: 'IPv6' });
  first.close(done);
  assert.deepEqual(first.calls, ['close'], 'not closed twice');
});

test('behind a gate nothing is accepted from copies, and what comes to the first waits', () => {
  const [first, copy, late] = [fakeHandle(), fakeHandle(), fakeHandle()];
  const gate = new Gate(first, 2);
  const listening = new SharedListening(first, 511, never, gate);
  listening.add(copy);
  // As Node.js does it.
  const taken: unknown[] = [];
  first.onconnection = (_status, client) => taken.push(client);
  assert.equal(first.listen(511), 0);
  const clients = [fakeHandle(), fakeHandle(), fakeHandle()];
  for (const client of clients) first.onconnection?.(0, client);
  assert.deepEqual([first.calls, copy.calls, taken], [[], ['unref'], []]);
  assert.deepEqual(clients[2]?.calls, ['close'], 'one too many');
  first.unref();
  listening.open();
  listening.open();
  assert.deepEqual(taken, clients.slice(0, 2));
  assert.deepEqual(first.calls, ['unref', 'listen 511', 'unref']);
  assert.deepEqual(copy.calls, ['unref', 'listen 511', 'unref']);
  listening.add(late);
  assert.deepEqual(late.calls, ['listen 511', 'unref']);
});

test('a worker that ends behind its gate closes what waits, and opens no more', () => {
  const [first, copy, client] = [fakeHandle(), fakeHandle(), fakeHandle()];
  const listening = new SharedListening(first, 511, never, new Gate(first, 2));
  listening.add(copy);
  first.onconnection?.(0, client);
  listening.pause();
  listening.open();
  assert.deepEqual([first.calls, copy.calls, client.calls], [['close'], ['unref', 'close'], ['close']]);
});

test('what was unreferenced before it listens stays so', () => {
  const [first, copy] = [fakeHandle(), fakeHandle()];
  first.unref();
  new SharedListening(first, 1, never).add(copy);
  assert.deepEqual(copy.calls, ['listen 1', 'unref']);
});

test('a connection that belongs elsewhere is not served, unless it comes back; one from elsewhere is', () => {
  const [first, copy] = [fakeHandle(), fakeHandle()];
  const [served, diverted]: [unknown[], (() => void)[]] = [[], []];
  first.onconnection = (_status, client) => served.push(client);
  const listening = new SharedListening(first, 511, never, undefined, (connection, serve) => {
    if ((connection as unknown) === 'own') return false;
    diverted.push(serve);
    return true;
  });
  listening.add(copy);
  copy.onconnection?.(0, 'own');
  copy.onconnection?.(0, 'foreign');
  first.onconnection?.(0, 'foreign too');
  assert.deepEqual(served, ['own']);
  diverted[0]?.();
  listening.serve('from elsewhere');
  assert.deepEqual(served, ['own', 'foreign', 'from elsewhere']);
});

test('what waits before a server may accept is diverted when it may', () => {
  const first = fakeHandle();
  const gate = new Gate(first, 511);
  const served: unknown[] = [];
  first.onconnection = (_status, client) => served.push(client);
  const listening = new SharedListening(
    first,
    511,
    never,
    gate,
    (connection) => (connection as unknown) !== 'own',
  );
  first.onconnection?.(0, 'own');
  first.onconnection?.(0, 'foreign');
  assert.deepEqual(served, []);
  listening.open();
  assert.deepEqual(served, ['own']);
  first.onconnection?.(0, 'own');
  assert.deepEqual(served, ['own', 'own']);
});
