import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { slotOf, type TcpHandle, type ToWorker } from '../../../worker/index.ts';
import type { WorkerState } from '../status.ts';
import { StickyConnections, type StickyWorker } from './sticky-connections.ts';

interface FakeWorker extends StickyWorker {
  state: WorkerState;
  /** Connections that it was sent. */
  readonly got: (TcpHandle | undefined)[];
  readonly told: ToWorker[];
}

interface FakeHandle extends TcpHandle {
  isClosed: boolean;
}

function fakeHandle(): FakeHandle {
  const handle: FakeHandle = {
    isClosed: false,
    onconnection: undefined,
    listen: () => 0,
    close: () => {
      handle.isClosed = true;
    },
    ref: () => {},
    unref: () => {},
    hasRef: () => true,
    getsockname: () => 0,
  };
  return handle;
}

function fakeWorker(id: number, slot: number): FakeWorker {
  const worker: FakeWorker = {
    id,
    slot,
    state: 'ready',
    got: [],
    told: [],
    tell: (message, handle) => {
      if (message.kind === 'connection') worker.got.push(handle);
      else worker.told.push(message);
    },
  };
  return worker;
}

function clientOfSlot(slot: number, slots: readonly number[] = [1, 2]): string {
  for (let i = 1; i < 256; i += 1) if (slotOf(`10.0.0.${i}`, slots) === slot) return `10.0.0.${i}`;
  return assert.fail();
}

interface Stage {
  readonly sticky: StickyConnections<FakeWorker>;
  readonly workers: Set<FakeWorker>;
  readonly warnings: string[];
  accept(from: FakeWorker, slot: number): FakeHandle;
  end(worker: FakeWorker): void;
}

function stage(t: TestContext, ...workers: readonly FakeWorker[]): Stage {
  const all = new Set(workers);
  const warnings: string[] = [];
  const silent = (): void => {};
  const sticky = new StickyConnections<FakeWorker>({
    log: { debug: silent, info: silent, error: silent, warn: (_fields, text) => warnings.push(text) },
    workers: all,
    keys: () => ['app'],
    isListening: (key) => key === 'app',
  });
  t.after(() => sticky.close());
  return {
    sticky,
    workers: all,
    warnings,
    accept: (from, slot) => {
      const handle = fakeHandle();
      sticky.accepted(from, { key: 'app', client: clientOfSlot(slot) }, handle);
      return handle;
    },
    end: (worker) => {
      worker.state = 'draining';
      all.delete(worker);
      sticky.leave(worker);
    },
  };
}

test('a connection goes to the slot of its client, and the copy here is closed when the worker has it', (t) => {
  const [one, two] = [fakeWorker(1, 1), fakeWorker(2, 2)];
  const { sticky, accept } = stage(t, one, two);
  const handle = accept(one, 2);
  assert.deepEqual(two.got, [handle]);
  assert.equal(handle.isClosed, false);
  sticky.taken(two);
  assert.equal(handle.isClosed, true);
});

test('one at a time is on its way to a worker', (t) => {
  const [one, two] = [fakeWorker(1, 1), fakeWorker(2, 2)];
  const { sticky, accept } = stage(t, one, two);
  const handles = [accept(one, 2), accept(one, 2), accept(one, 2)];
  assert.equal(two.got.length, 1);
  for (let i = 0; i < 3; i += 1) sticky.taken(two);
  assert.deepEqual(two.got, handles);
  assert.ok(handles.every(({ isClosed }) => isClosed));
});

test('the newer of two workers in a slot gets them', (t) => {
  const [one, old, replacement] = [fakeWorker(1, 1), fakeWorker(2, 2), fakeWorker(3, 2)];
  const { accept } = stage(t, one, old, replacement);
  accept(one, 2);
  assert.deepEqual([old.got.length, replacement.got.length], [0, 1]);
});

test('a new worker that is not ready yet gets none', (t) => {
  const [one, old, replacement] = [fakeWorker(1, 1), fakeWorker(2, 2), fakeWorker(3, 2)];
  replacement.state = 'starting';
  const { accept } = stage(t, one, old, replacement);
  accept(one, 2);
  assert.deepEqual([old.got.length, replacement.got.length], [1, 0]);
});

test('while no worker of its slot takes connections, another slot does', (t) => {
  const [one, two, three] = [fakeWorker(1, 1), fakeWorker(2, 2), fakeWorker(3, 3)];
  two.state = 'unresponsive';
  const { sticky, accept } = stage(t, one, two, three);
  const handle = fakeHandle();
  sticky.accepted(one, { key: 'app', client: clientOfSlot(2, [1, 2, 3]) }, handle);
  accept(one, 2);
  assert.equal(two.got.length, 0);
  assert.ok(one.got.length + three.got.length >= 1);
});

test('a worker that dies has not read what it has not confirmed: the connections live on elsewhere', (t) => {
  const [one, two] = [fakeWorker(1, 1), fakeWorker(2, 2)];
  const { sticky, accept, end } = stage(t, one, two);
  const [first, second] = [accept(one, 2), accept(one, 2)];
  end(two);
  assert.deepEqual(one.got, [first]);
  sticky.taken(one);
  assert.deepEqual(one.got, [first, second]);
  assert.equal(second.isClosed, false);
});

test('what waits for a worker that has become unresponsive goes elsewhere, except for what was sent to it', (t) => {
  const [one, two] = [fakeWorker(1, 1), fakeWorker(2, 2)];
  const { sticky, accept } = stage(t, one, two);
  const [first, second] = [accept(one, 2), accept(one, 2)];
  two.state = 'unresponsive';
  sticky.look();
  assert.deepEqual(one.got, [second]);
  sticky.taken(two);
  assert.equal(first.isClosed, true);
  assert.equal(two.got.length, 1);
});

test('with nobody else to serve it, a connection goes back to the worker that has accepted it', (t) => {
  const [one, two] = [fakeWorker(1, 1), fakeWorker(2, 2)];
  one.state = two.state = 'draining';
  const { accept } = stage(t, one, two);
  const handle = accept(one, 2);
  assert.deepEqual(one.got, [handle]);
});

test('with nobody at all it is closed, and so is what goes beyond the maximum', (t) => {
  const [one, two] = [fakeWorker(1, 1), fakeWorker(2, 2)];
  const { accept, end } = stage(t, one, two);
  const waiting = accept(one, 2);
  end(one);
  end(two);
  assert.equal(waiting.isClosed, true);
  assert.equal(accept(one, 2).isClosed, true);

  const [three, four] = [fakeWorker(3, 1), fakeWorker(4, 2)];
  const full = stage(t, three, four);
  const handles = Array.from({ length: 1100 }, () => full.accept(three, 2));
  assert.equal(handles.filter(({ isClosed }) => isClosed).length, 1100 - 2 * 511);
});

test('workers are told who takes connections, once for each change', (t) => {
  const [one, two] = [fakeWorker(1, 1), fakeWorker(2, 2)];
  const { sticky } = stage(t, one, two);
  sticky.look();
  sticky.look();
  const both = [
    { slot: 1, worker: 1 },
    { slot: 2, worker: 2 },
  ];
  assert.deepEqual(one.told, [{ kind: 'owners', key: 'app', owners: both }]);
  two.state = 'unresponsive';
  sticky.look();
  assert.deepEqual(one.told[1], { kind: 'owners', key: 'app', owners: [{ slot: 1, worker: 1 }] });
  assert.equal(two.told.length, 2);
});

test('that nearly all connections come from one address is logged once', (t) => {
  const [one, two] = [fakeWorker(1, 1), fakeWorker(2, 2)];
  const { sticky, warnings } = stage(t, one, two);
  for (let i = 0; i < 4000; i += 1) {
    sticky.accepted(one, { key: 'app', client: `10.1.${i % 8}.1` }, fakeHandle());
    sticky.taken(one);
    sticky.taken(two);
  }
  assert.deepEqual(warnings, []);
  for (let i = 0; i < 4000; i += 1) {
    sticky.accepted(one, { key: 'app', client: '10.2.0.1' }, fakeHandle());
    sticky.taken(one);
    sticky.taken(two);
  }
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /^nearly all connections come from 10\.2\.0\.1: .* to slot [12];/);
});
