// What every store of the cache must do. A store's own test calls this with a way to create it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CacheStore, StoredEntry, StoredRecord, VaryMarker } from '../../src/cache/index.ts';
import { histories } from '../harness/histories.ts';
import { storedEntry } from '../harness/stored-entry.ts';

/** A store under test. */
export interface StoreUnderTest {
  readonly store: CacheStore;
  /** Lets time pass; real time where the store's is real. */
  readonly pass: (ms: number) => void | Promise<void>;
  readonly now: () => number;
}

/** Longer than a store takes to answer on a busy machine, short enough to wait for. */
const SOON_MS = 200;
const LATER_MS = 600_000;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export function cacheStoreContract(
  name: string,
  create: () => Promise<StoreUnderTest> | StoreUnderTest,
): void {
  describe(`the contract of a cache store: ${name}`, { concurrency: false }, () => {
    const contract = (
      rule: string,
      run: (store: CacheStore, under: StoreUnderTest & { entry: typeof entryAt }) => Promise<void>,
    ): void => {
      test(rule, async () => {
        const under = await create();
        const entry: typeof entryAt = (now, changes) => entryAt(now, changes);
        try {
          await run(under.store, { ...under, entry });
        } finally {
          await under.store.close();
        }
      });
    };

    contract('nothing stands where nothing was put', async (store) => {
      const { record, body } = await store.get('a');
      assert.equal(record, undefined);
      assert.equal(body.byteLength, 0);
    });

    contract('what was put comes back as it was, byte by byte', async (store, { now, entry }) => {
      const body = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);
      const record = entry(now(), {
        statusText: 'Não é',
        fields: { 'x-text': 'a "quoted" \\ text, ünïcode', 'x-empty': '' },
        tags: ['tag a', 'group http://a "b"'],
        epoch: await store.epoch(),
      });
      assert.equal(await put(store, 'a', record, body), true);
      const found = await store.get('a');
      assert.deepEqual(plain(found.record), plain(record));
      assert.deepEqual(Buffer.from(found.body), Buffer.from(body));
    });

    contract('so do parts of a response, and what they are parts of', async (store, { now, entry }) => {
      const parts = {
        completeLength: 1e9,
        ranges: [
          { first: 2, last: 3 },
          { first: 900, last: 900 },
        ],
      };
      const record = entry(now(), { status: 206, bodyBytes: 3, parts });
      assert.equal(await put(store, 'a', record, bytes('abc')), true);
      const found = await store.get('a');
      assert.deepEqual(plain(found.record), plain(record));
      assert.deepEqual(Buffer.from(found.body), Buffer.from('abc'));
    });

    contract('an empty body and a Vary marker come back too', async (store, { now, entry }) => {
      const marker: VaryMarker = {
        kind: 'vary',
        fields: ['accept', 'x-a'],
        generation: 'random',
        variants: ['1', '2'],
        expiresAt: now() + LATER_MS,
      };
      assert.equal(await put(store, 'a', marker, new Uint8Array(0)), true);
      assert.equal(await put(store, 'b', entry(now()), new Uint8Array(0)), true);
      assert.deepEqual(plain((await store.get('a')).record), plain(marker));
      const found = await store.get('b');
      assert.equal(found.record?.kind, 'entry');
      assert.equal(found.body.byteLength, 0);
    });

    contract('keys are exact, whatever is in them', async (store, { now, entry }) => {
      const long = 'k'.repeat(5000);
      const keys = ['a', 'A', 'a*', 'a?', 'a b', 'a\nb', 'a\0', 'ä', '*', '', 'user:1', long, `${long}x`];
      for (const [i, key] of keys.entries()) await put(store, key, entry(now()), bytes(String(i)));
      for (const [i, key] of keys.entries()) {
        assert.equal(Buffer.from((await store.get(key)).body).toString(), String(i), JSON.stringify(key));
      }
      await store.invalidate('a*', LATER_MS);
      assert.notEqual((await store.get('a')).record, undefined);
    });

    contract('a put that expects something else changes nothing', async (store, { now, entry }) => {
      const absent = await store.get('a');
      assert.equal(await store.put('a', entry(now()), bytes('1'), absent.version), true);
      assert.equal(await store.put('a', entry(now()), bytes('2'), absent.version), false);
      assert.equal(Buffer.from((await store.get('a')).body).toString(), '1');
    });

    contract('a put replaces what it expects', async (store, { now, entry }) => {
      await put(store, 'a', entry(now()), bytes('1'));
      const { version } = await store.get('a');
      assert.equal(await store.put('a', entry(now(), { status: 203 }), bytes('2'), version), true);
      const found = await store.get('a');
      assert.equal(Buffer.from(found.body).toString(), '2');
      assert.equal(found.record?.kind === 'entry' && found.record.status, 203);
      assert.equal(await store.put('a', entry(now()), bytes('3'), version), false);
    });

    contract('of many puts that expect the same, one is done', async (store, { now, entry }) => {
      const { version } = await store.get('a');
      const done = await Promise.all(
        Array.from({ length: 10 }, async (_, i) => store.put('a', entry(now()), bytes(String(i)), version)),
      );
      assert.equal(done.filter(Boolean).length, 1);
      assert.equal(Buffer.from((await store.get('a')).body).toString(), String(done.indexOf(true)));
    });

    contract('an update keeps the body', async (store, { now, entry }) => {
      await put(store, 'a', entry(now()), bytes('body'));
      const { version } = await store.get('a');
      assert.equal(await store.update('a', entry(now(), { fields: { 'x-new': '1' } }), version), true);
      const found = await store.get('a');
      assert.equal(Buffer.from(found.body).toString(), 'body');
      assert.deepEqual(found.record?.kind === 'entry' && { ...found.record.fields }, { 'x-new': '1' });
      assert.equal(await store.update('a', entry(now()), version), false, 'once');
    });

    contract('an update needs something to update', async (store, { now, entry }) => {
      const { version } = await store.get('a');
      assert.equal(await store.update('a', entry(now()), version), false);
      assert.equal((await store.get('a')).record, undefined);
    });

    contract('what was invalidated is gone, and can be put anew', async (store, { now, entry }) => {
      await put(store, 'a', entry(now()), bytes('1'));
      await store.invalidate('a', LATER_MS);
      assert.equal((await store.get('a')).record, undefined);
      assert.equal(await put(store, 'a', entry(now()), bytes('2')), true);
      assert.equal(Buffer.from((await store.get('a')).body).toString(), '2');
    });

    contract('what was on its way when it was invalidated is not stored', async (store, { now, entry }) => {
      const absent = await store.get('a');
      await store.invalidate('a', LATER_MS);
      assert.equal(await store.put('a', entry(now()), bytes('old'), absent.version), false);
      await put(store, 'b', entry(now()), bytes('1'));
      const present = await store.get('b');
      await store.invalidate('b', LATER_MS);
      assert.equal(await store.put('b', entry(now()), bytes('old'), present.version), false);
      assert.equal(await store.update('b', entry(now()), present.version), false);
      assert.equal((await store.get('b')).record, undefined);
    });

    contract('an invalidation twice over', async (store, { now, entry }) => {
      await store.invalidate('a', LATER_MS);
      const between = await store.get('a');
      await store.invalidate('a', LATER_MS);
      assert.equal(await store.put('a', entry(now()), bytes('old'), between.version), false);
    });

    contract('an invalidation says nothing about other keys', async (store, { now, entry }) => {
      const absent = await store.get('b');
      await put(store, 'c', entry(now()), bytes('c'));
      await store.invalidate('a', LATER_MS);
      assert.equal(await store.put('b', entry(now()), bytes('b'), absent.version), true);
      assert.notEqual((await store.get('c')).record, undefined);
    });

    contract('what was deleted is gone', async (store, { now, entry }) => {
      await put(store, 'a', entry(now()), bytes('1'));
      await store.delete('a');
      await store.delete('never there');
      assert.equal((await store.get('a')).record, undefined);
    });

    contract('what has expired is gone, and can be put anew', async (store, { now, pass, entry }) => {
      await put(store, 'a', entry(now(), { expiresAt: now() + SOON_MS }), bytes('1'));
      await put(store, 'b', entry(now(), { expiresAt: now() + LATER_MS }), bytes('1'));
      await pass(SOON_MS + 20);
      assert.equal((await store.get('a')).record, undefined);
      assert.notEqual((await store.get('b')).record, undefined);
      assert.equal(await put(store, 'a', entry(now()), bytes('2')), true);
    });

    contract('an update can make it last longer', async (store, { now, pass, entry }) => {
      await put(store, 'a', entry(now(), { expiresAt: now() + SOON_MS }), bytes('1'));
      const { version } = await store.get('a');
      assert.equal(await store.update('a', entry(now()), version), true);
      await pass(SOON_MS + 20);
      assert.equal(Buffer.from((await store.get('a')).body).toString(), '1');
    });

    contract('an invalidated tag invalidates those that have it', async (store, { now, entry }) => {
      const epoch = await store.epoch();
      await put(store, 'a', entry(now(), { tags: ['x', 'y'], epoch }), bytes('a'));
      await put(store, 'b', entry(now(), { tags: ['z'], epoch }), bytes('b'));
      await put(store, 'c', entry(now()), bytes('c'));
      await store.invalidateTags(['never seen', 'y']);
      assert.equal((await store.get('a')).record, undefined);
      assert.notEqual((await store.get('b')).record, undefined);
      assert.notEqual((await store.get('c')).record, undefined);
      const again = entry(now(), { tags: ['x', 'y'], epoch: await store.epoch() });
      assert.equal(await put(store, 'a', again, bytes('a')), true);
      assert.notEqual((await store.get('a')).record, undefined);
    });

    contract(
      'what was on its way when its tag was invalidated is not stored',
      async (store, { now, entry }) => {
        const epoch = await store.epoch();
        const { version } = await store.get('a');
        await store.invalidateTags(['x']);
        await store.put('a', entry(now(), { tags: ['x'], epoch }), bytes('old'), version);
        assert.equal((await store.get('a')).record, undefined);
      },
    );

    contract('invalidations of tags are counted up', async (store) => {
      const before = await store.epoch();
      await store.invalidateTags(['x']);
      const after = await store.epoch();
      assert.ok(after > before, `${after} after ${before}`);
    });

    contract('a flush invalidates all, also what is on its way', async (store, { now, entry }) => {
      const epoch = await store.epoch();
      await put(store, 'a', entry(now()), bytes('a'));
      await put(store, 'b', entry(now(), { tags: ['x'], epoch }), bytes('b'));
      const [a, c] = [await store.get('a'), await store.get('c')];
      await store.flush();
      await store.put('a', entry(now()), bytes('old'), a.version);
      await store.update('a', entry(now()), a.version);
      await store.put('c', entry(now(), { tags: ['x'], epoch }), bytes('old'), c.version);
      for (const key of ['a', 'b', 'c']) assert.equal((await store.get(key)).record, undefined, key);
      const again = entry(now(), { tags: ['x'], epoch: await store.epoch() });
      assert.equal(await put(store, 'b', again, bytes('new')), true);
      assert.equal(Buffer.from((await store.get('b')).body).toString(), 'new');
    });

    contract(
      'whatever happens, what was replaced or invalidated never comes back',
      async (store, { now, entry }) => {
        const step = fc.oneof(
          fc.record({ do: fc.constant('look' as const), who: fc.nat(3) }),
          fc.record({ do: fc.constant('put' as const), who: fc.nat(3) }),
          fc.record({ do: fc.constant('update' as const), who: fc.nat(3) }),
          fc.record({ do: fc.constant('invalidate' as const), who: fc.nat(3) }),
          fc.record({ do: fc.constant('tag' as const), who: fc.nat(3) }),
        );
        let run = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
            run += 1;
            const key = `key ${run}`;
            const tag = `tag ${run}`;
            // Time is the number of the step; writes happen to the thing itself, readers see it when they look.
            let written = 0;
            const seen = new Map<number, { at: number; version: number | string; epoch: number }>();
            for (const [at, { do: what, who }] of steps.entries()) {
              if (what === 'look') {
                const { version } = await store.get(key);
                seen.set(who, { at, version, epoch: await store.epoch() });
              } else if (what === 'invalidate') {
                written = at;
                await store.invalidate(key, LATER_MS);
              } else if (what === 'tag') {
                written = at;
                await store.invalidateTags([tag]);
              } else {
                const from = seen.get(who);
                if (from === undefined) continue;
                const record = entry(now(), { tags: [tag], epoch: from.epoch, status: 200 + from.at });
                if (what === 'put') await store.put(key, record, bytes(String(from.at)), from.version);
                else await store.update(key, record, from.version);
              }
              const { record } = await store.get(key);
              if (record?.kind === 'entry')
                assert.ok(record.status - 200 >= written, `older than the write at ${written}`);
            }
          }),
          { numRuns: histories(50) },
        );
      },
    );
  });
}

const entryAt = (now: number, changes?: Partial<StoredEntry>): StoredEntry =>
  storedEntry(now, LATER_MS, changes);

async function put(store: CacheStore, key: string, record: StoredRecord, body: Uint8Array): Promise<boolean> {
  const { version } = await store.get(key);
  return store.put(key, record, body, version);
}

/** Prototypes of what was stored are nobody's business. */
function plain(record: StoredRecord | undefined): unknown {
  return JSON.parse(JSON.stringify(record));
}
