import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../support.test.ts';
import { type Lease, useLease } from './lease.ts';

interface Setup {
  readonly calls: string[];
  readonly lease: Lease<string>;
  readonly lend: () => void;
}

function setup(): Setup {
  const calls: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const lease: Lease<string> = {
    acquire: async () => promise,
    release: (connection) => calls.push(`release ${connection}`),
    destroy: (connection) => calls.push(`destroy ${connection}`),
  };
  return { calls, lease, lend: () => resolve('c') };
}

test('a connection that works goes back', async () => {
  const { calls, lease, lend } = setup();
  lend();
  assert.equal(await useLease(lease, new AbortController().signal, async (c) => `used ${c}`), 'used c');
  assert.deepEqual(calls, ['release c']);
});

test('one that fails is ended', async () => {
  const { calls, lease, lend } = setup();
  lend();
  const using = useLease(lease, new AbortController().signal, async () => Promise.reject(new Error('cut')));
  await assert.rejects(using, { message: 'cut' });
  assert.deepEqual(calls, ['destroy c']);
});

test('one that hangs is ended at the abort, though its client never settles', async () => {
  const { calls, lease, lend } = setup();
  const abort = new AbortController();
  lend();
  const using = useLease(lease, abort.signal, async () => new Promise(() => {}));
  await settled();
  assert.deepEqual(calls, []);
  abort.abort(new Error('late'));
  await assert.rejects(using, { message: 'late' });
  assert.deepEqual(calls, ['destroy c']);
});

test('one that comes after the abort goes back unused', async () => {
  const { calls, lease, lend } = setup();
  const abort = new AbortController();
  const using = useLease(lease, abort.signal, async () => calls.push('used'));
  abort.abort(new Error('late'));
  lend();
  await assert.rejects(using, { message: 'late' });
  assert.deepEqual(calls, ['release c']);
});
