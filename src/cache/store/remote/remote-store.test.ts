import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StoredEntry } from '../../policy/record.ts';
import type { Backend, BackendValue } from './backend.ts';
import { encodeFrame, isGarbage, STAMP_BYTES } from './frame.ts';
import { RemoteStore } from './remote-store.ts';
import { histories } from '../../../../test/harness/histories.ts';
import { storedEntry } from '../../../../test/harness/stored-entry.ts';

/** A server that does one operation after the other, and forgets what it likes. */
class Server {
  readonly values = new Map<string, Buffer>();

  backend(step: <T>(run: () => T) => Promise<T>): Backend {
    const { values } = this;
    const held = (key: string): BackendValue | undefined => {
      const bytes = values.get(key);
      return bytes === undefined ? undefined : { token: bytes.toString('latin1', 0, STAMP_BYTES), bytes };
    };
    const isAt = (key: string, token: string): boolean => held(key)?.token === token;
    const set = (key: string, bytes: Buffer): boolean => {
      values.set(key, Buffer.from(bytes));
      return true;
    };
    return {
      read: (key) => step(() => held(key)),
      async lease(key) {
        const lease = encodeFrame(key, 'lease', '', new Uint8Array(0));
        const found = await step(() => held(key));
        if (found !== undefined) return found;
        return step(() => {
          if (!values.has(key)) values.set(key, lease);
          return held(key) ?? assert.fail();
        });
      },
      add: (key, bytes) => step(() => !values.has(key) && set(key, bytes)),
      replace: (key, token, bytes) => step(() => isAt(key, token) && set(key, bytes)),
      splice: (key, token, start, length) =>
        step(() => {
          const rest = values.get(key)?.subarray(length) ?? Buffer.alloc(0);
          return isAt(key, token) && set(key, Buffer.concat([start, rest]));
        }),
      remove: (key) =>
        step(() => {
          values.delete(key);
        }),
      close: () => {},
    };
  }
}

const HOUR_MS = 3_600_000;
const settings = { prefix: 'p', valueLimitBytes: 10_000, now: () => 0 };
const atOnce = async <T>(run: () => T): Promise<T> => run();

const entry = (changes?: Partial<StoredEntry>): StoredEntry => storedEntry(0, HOUR_MS, changes);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What users of one resource do at the same time, each step of each at any moment. */
const doings = fc.array(fc.constantFrom('read', 'read', 'read again', 'write', 'write by tag', 'flush'), {
  minLength: 2,
  maxLength: 8,
});

test('in any order of steps, nobody who asks after a write gets what was there before it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), doings, async (scheduler, actors) => {
      const server = new Server();
      const step = async <T>(run: () => T): Promise<T> => {
        await scheduler.schedule(Promise.resolve());
        return run();
      };
      // Processes of their own; each has looked which generation it is.
      const stores = [0, 1].map(() => new RemoteStore(server.backend(step), settings));
      const observer = new RemoteStore(server.backend(atOnce), settings);
      await scheduler.waitFor(Promise.all(stores.map((store) => store.epoch())));
      await observer.epoch();

      let origin = 1;
      /** The version of the last write that has ended. */
      let written = 1;
      const look = async (store: RemoteStore): Promise<Awaited<ReturnType<RemoteStore['get']>>> => {
        const least = written;
        const found = await store.get('key');
        if (found.record?.kind === 'entry') {
          assert.ok(
            found.record.bornAt >= least,
            `version ${found.record.bornAt} after ${least} was written`,
          );
          assert.equal(Buffer.from(found.body).toString(), String(found.record.bodyBytes));
        }
        return found;
      };
      const running = actors.map(async (what, i) => {
        const store = stores[i % 2] ?? assert.fail();
        if (what === 'read' || what === 'read again') {
          const found = await look(store);
          const epoch = await store.epoch();
          await step(() => {});
          const version = origin;
          await step(() => {});
          const record = entry({ bornAt: version, bodyBytes: version, tags: ['tag'], epoch });
          if (what === 'read again' && found.record?.kind === 'entry') {
            const { bodyBytes } = found.record;
            if (bodyBytes === version) await store.update('key', record, found.version);
          } else await store.put('key', record, bytes(String(version)), found.version);
          return;
        }
        // Others may not see a flush for a second; what is invalidated after it they see at once.
        await step(() => {});
        origin += 1;
        const version = origin;
        if (what === 'flush') await store.flush();
        if (what === 'write by tag') await store.invalidateTags(['tag']);
        else await store.invalidate('key', HOUR_MS);
        written = Math.max(written, version);
      });
      await scheduler.waitFor(Promise.all(running));
      await look(observer);
      for (const store of stores) {
        const end = look(store);
        await scheduler.waitFor(end);
      }
    }),
    { numRuns: histories(40) },
  );
});

test('whatever the server forgets, what was replaced or invalidated never comes back', async () => {
  const action = fc.oneof(
    fc.record({ do: fc.constantFrom('look', 'put', 'update', 'invalidate', 'tag') }),
    fc.record({ do: fc.constant('forget'), which: fc.nat(20) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      const server = new Server();
      const store = new RemoteStore(server.backend(atOnce), settings);
      let written = 0;
      let seen: { at: number; version: string | number; epoch: number } | undefined;
      for (const [at, doing] of actions.entries()) {
        if (doing.do === 'look') {
          const { version } = await store.get('key');
          seen = { at, version, epoch: await store.epoch() };
        } else if (doing.do === 'invalidate') {
          written = at;
          await store.invalidate('key', HOUR_MS);
        } else if (doing.do === 'tag') {
          written = at;
          await store.invalidateTags(['tag']);
        } else if ('which' in doing) {
          const keys = [...server.values.keys()];
          const key = keys[doing.which % Math.max(1, keys.length)];
          if (key !== undefined) server.values.delete(key);
        } else if (seen !== undefined) {
          const record = entry({ bornAt: seen.at, tags: ['tag'], epoch: seen.epoch });
          if (doing.do === 'put') await store.put('key', record, bytes('x'), seen.version);
          else await store.update('key', record, seen.version);
        }
        const { record } = await store.get('key');
        if (record?.kind === 'entry') assert.ok(record.bornAt >= written);
      }
    }),
    { numRuns: histories(300) },
  );
});

test('a hit takes one operation; with tags, two that are sent together', async () => {
  const server = new Server();
  let operations = 0;
  let rounds = 0;
  let isRoundBegun = false;
  const count = async <T>(run: () => T): Promise<T> => {
    operations += 1;
    if (!isRoundBegun) rounds += 1;
    isRoundBegun = true;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    isRoundBegun = false;
    return run();
  };
  const store = new RemoteStore(server.backend(count), settings);
  for (const [key, tags] of [
    ['plain', []],
    ['tagged', ['x']],
  ] as const) {
    const { version } = await store.get(key);
    await store.put(key, entry({ tags, epoch: await store.epoch() }), bytes('body'), version);
    await store.get(key);
  }
  [operations, rounds] = [0, 0];
  assert.ok((await store.get('plain')).record);
  assert.deepEqual([operations, rounds], [1, 1]);
  [operations, rounds] = [0, 0];
  assert.ok((await store.get('tagged')).record);
  assert.deepEqual([operations, rounds], [2, 1]);
});

test('what is too large is not stored, and what it would replace is gone', async () => {
  const store = new RemoteStore(new Server().backend(atOnce), settings);
  const first = await store.get('a');
  assert.equal(await store.put('a', entry(), bytes('small'), first.version), true);
  const second = await store.get('a');
  assert.equal(await store.put('a', entry(), new Uint8Array(10_000), second.version), false);
  assert.equal((await store.get('a')).record, undefined);
});

test('garbage is an error, once: it is removed', async () => {
  const server = new Server();
  const store = new RemoteStore(server.backend(atOnce), settings);
  const { version } = await store.get('a');
  await store.put('a', entry({ tags: ['x'], epoch: await store.epoch() }), bytes('body'), version);
  const keys = [...server.values.keys()];
  for (const garbage of [Buffer.alloc(0), Buffer.from('RSP2'), Buffer.alloc(100, 7)]) {
    for (const key of keys) {
      server.values.set(key, garbage);
      const asked = [store.get('a'), store.get('a'), store.get('a'), store.epoch()];
      const outcomes = await Promise.allSettled(asked);
      const errors = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
      );
      assert.ok(errors.every(isGarbage));
      // The one that says which keys hold is looked at by every operation.
      if (key.endsWith(':s')) assert.notEqual(errors.length, 0);
      const found = await store.get('a');
      assert.ok(found.record === undefined || Buffer.from(found.body).toString() === 'body');
      await store.put('a', entry({ tags: ['x'], epoch: await store.epoch() }), bytes('body'), found.version);
    }
  }
});

test('an entry of another process with another clock that has expired is gone', async () => {
  const server = new Server();
  const store = new RemoteStore(server.backend(atOnce), settings);
  const late = new RemoteStore(server.backend(atOnce), { ...settings, now: () => HOUR_MS });
  const { version } = await store.get('a');
  await store.put('a', entry(), bytes('body'), version);
  assert.notEqual((await store.get('a')).record, undefined);
  assert.equal((await late.get('a')).record, undefined);
});
