import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { ByteBudget } from './byte-budget.ts';
import { SharedBody, type SharedBodyOptions } from './shared-body.ts';
import { histories } from '../../../test/harness/histories.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `not within 30 s: ${condition.toString()}`);
    collectGarbage();
    await turn();
  }
}

interface Scene {
  readonly body: SharedBody;
  readonly budget: ByteBudget;
  readonly seen: { cancelled: boolean; whole: number | undefined; incomplete: string[]; gone: string[] };
  push(bytes: number): void;
  close(): void;
  fail(): void;
}

function scene(options: Partial<SharedBodyOptions> = {}): Scene {
  const budget = new ByteBudget(100);
  const seen: Scene['seen'] = { cancelled: false, whole: undefined, incomplete: [], gone: [] };
  let into: ReadableStreamDefaultController<Uint8Array> | undefined;
  const source = new ReadableStream<Uint8Array>({
    start: (controller) => {
      into = controller;
    },
    cancel: () => {
      seen.cancelled = true;
    },
  });
  const body = new SharedBody(source, {
    entryLimitBytes: 50,
    budget,
    isStored: true,
    onComplete: (whole) => (seen.whole = whole.byteLength),
    onIncomplete: ({ reason }) => seen.incomplete.push(reason),
    onReaderGone: (how) => seen.gone.push(how),
    ...options,
  });
  return {
    body,
    budget,
    seen,
    push: (bytes) => into?.enqueue(new Uint8Array(bytes)),
    close: () => into?.close(),
    fail: () => into?.error(new Error('reset')),
  };
}

test('a body that is stored is read to its end without a reader', async () => {
  const { body, budget, seen, push, close } = scene();
  body.start();
  push(20);
  await turn();
  assert.equal(budget.used, 20);
  close();
  await turn();
  assert.deepEqual([seen.whole, seen.cancelled, budget.used], [20, false, 0]);
});

test('a body that is neither stored nor read is cancelled at once', async () => {
  const { body, seen } = scene({ isStored: false });
  body.start();
  await turn();
  assert.ok(seen.cancelled);
  assert.deepEqual(seen.incomplete, ['cancelled']);
});

test('a body that turns out too large without a reader is cancelled', async () => {
  const { body, budget, seen, push } = scene();
  body.start();
  push(60);
  await turn();
  assert.ok(seen.cancelled);
  assert.deepEqual([seen.incomplete, budget.used], [['too-large'], 0]);
});

for (const how of ['cancel', 'abort', 'drop'] as const) {
  test(`a body that is too large is cancelled when its last reader goes by ${how}`, async () => {
    const { body, budget, seen, push } = scene();
    const leaving = new AbortController();
    let stream: ReadableStream<Uint8Array> | undefined = body.open(leaving.signal);
    const other = body.open(undefined).getReader();
    body.start();
    push(30);
    push(30);
    await turn();
    await other.read();
    await other.cancel();
    assert.ok(!seen.cancelled);
    assert.ok(budget.used > 0);
    if (how === 'abort') leaving.abort(new Error('gone'));
    if (how === 'cancel') await stream.cancel();
    stream = undefined;
    await until(() => seen.cancelled);
    assert.equal(budget.used, 0);
    assert.equal(seen.gone.at(-1), how === 'drop' ? 'dropped' : 'left');
    assert.equal(getEventListeners(leaving.signal, 'abort').length, 0);
  });
}

test('nothing stays on a signal when the body was read, has failed, or was dropped', async () => {
  const { signal } = new AbortController();
  const read = scene();
  const reading = new Response(read.body.open(signal)).bytes();
  read.body.start();
  read.close();
  await reading;
  const failed = scene();
  const failing = failed.body.open(signal).getReader().read();
  failed.body.start();
  failed.fail();
  await assert.rejects(failing, /reset/);
  scene().body.open(signal);
  await until(() => getEventListeners(signal, 'abort').length === 0);
});

test('whatever readers and the source do, bytes are given back, and the source ends', async () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constantFrom('push' as const), bytes: fc.integer({ min: 0, max: 60 }) }),
      fc.record({
        kind: fc.constantFrom('read' as const, 'cancel' as const, 'abort' as const),
        of: fc.nat(2),
      }),
      fc.record({ kind: fc.constantFrom('turn' as const) }),
    ),
    { maxLength: 25 },
  );
  const endings = fc.constantFrom('close' as const, 'fail' as const, 'cancel' as const);
  await fc.assert(
    fc.asyncProperty(steps, endings, fc.boolean(), fc.nat(3), async (plan, ending, isStored, readers) => {
      const { body, budget, seen, push, close, fail } = scene({ isStored });
      const signals = Array.from({ length: readers }, () => new AbortController());
      const streams = signals.map(({ signal }) => body.open(signal).getReader());
      const reading: Promise<unknown>[] = [];
      body.start();
      for (const step of plan) {
        if (step.kind === 'turn') await turn();
        else if (step.kind === 'push') {
          if (!seen.cancelled) push(step.bytes);
        } else if (step.kind === 'read')
          reading.push(Promise.resolve(streams[step.of]?.read()).catch(ignore));
        else if (step.kind === 'abort') signals[step.of]?.abort(new Error('gone'));
        else void streams[step.of]?.cancel().catch(ignore);
      }
      if (ending === 'cancel') body.cancel(new Error('over'));
      else if (!seen.cancelled) (ending === 'close' ? close : fail)();
      for (const stream of streams) reading.push(readAll(stream).catch(ignore));
      await Promise.all(reading);
      await turn();
      assert.equal(budget.used, 0);
      assert.ok(seen.incomplete.length + (seen.whole === undefined ? 0 : 1) === 1, 'one end');
      assert.equal(seen.gone.length, readers);
      assert.ok(!body.canBeJoined || seen.whole !== undefined);
    }),
    { numRuns: histories(300) },
  );
});

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}

function ignore(): void {}

test('what a reader does to the bytes that it gets does nothing to those of others, nor to those that are kept', async () => {
  const kept: Uint8Array[] = [];
  // A Buffer: its `slice` copies nothing.
  const source = ReadableStream.from([Buffer.from('kept')]) as ReadableStream<Uint8Array>;
  const body = new SharedBody(source, {
    entryLimitBytes: 50,
    budget: new ByteBudget(100),
    isStored: true,
    onComplete: (whole) => kept.push(whole),
    onIncomplete: () => {},
    onReaderGone: () => {},
  });
  const readers = [body.open(undefined), body.open(undefined)].map((stream) => stream.getReader());
  body.start();
  for (const reader of readers) {
    const { value } = await reader.read();
    assert.equal(String(Buffer.from(value ?? [])), 'kept');
    value?.fill(0);
  }
  await until(() => kept.length > 0);
  assert.equal(String(Buffer.from(kept[0] ?? [])), 'kept');
});
