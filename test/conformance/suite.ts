// Runs the cases over a store.
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { type Cache, createCache, type CacheOptions, type CacheStore } from '../../src/cache/index.ts';
import { type Asked, atTime, type Headers, Origin, type Reply } from './origin.ts';

/** A request of a case. */
export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cache?: Request['cache'];
  readonly redirect?: Request['redirect'];
  readonly body?: string;
}

/**
 * What becomes of the second request:
 * - `hit`: the origin is not asked, and the first response comes again.
 * - `miss`: the origin is asked for a whole response.
 * - `validate`: the origin is asked whether the stored response is still right.
 * - `504`: the origin is not asked, and nothing is served.
 */
export type Fate = 'hit' | 'miss' | 'validate' | '504';

/** A response, and what it does to a second request for the same. */
export interface PairCase {
  readonly rfc: string;
  readonly name: string;
  readonly first?: Ask;
  /** Default: fields that make it fresh for an hour. */
  readonly reply?: Reply;
  /** Answer to the second request. Default the same. */
  readonly next?: Reply;
  readonly options?: CacheOptions;
  /** Seconds between the requests. Default 1. */
  readonly after?: number;
  readonly second?: Ask;
  readonly expect: Fate;
  /** Fields of the second answer: exactly these values, or null for none, or what they match. */
  readonly fields?: Readonly<Record<string, string | null | RegExp>>;
  readonly status?: number;
}

/** What a case that is a story has at hand. */
export interface Stage {
  /** Seconds since the case began. */
  clock: number;
  readonly origin: string;
  /** Answers for a path of this case; the last for all that follow. */
  script(replies: readonly Reply[], path?: string): void;
  ask(ask?: Ask, path?: string): Promise<Answered>;
  asked(path?: string): readonly Asked[];
  /** The path as the origin knows it. */
  path(path?: string): string;
  readonly cache: Cache;
}

export interface Answered {
  readonly status: number;
  readonly headers: globalThis.Headers;
  readonly body: string;
}

export interface StoryCase {
  readonly rfc: string;
  readonly name: string;
  readonly options?: CacheOptions;
  run(stage: Stage): Promise<void>;
}

export const FRESH: Headers = { 'cache-control': 'max-age=3600' };

/** Registers every case as a test, each with a cache of its own over a store of its own. */
export function conformance(
  store: string,
  createStore: (now: () => number) => CacheStore | Promise<CacheStore>,
  pairs: readonly PairCase[],
  stories: readonly StoryCase[],
): void {
  describe(`conformance over ${store}`, { concurrency: false }, () => {
    const origin = new Origin();
    before(() => origin.listen());
    after(() => origin.close());
    let count = 0;

    const stage = async (t: TestContext, options: CacheOptions | undefined): Promise<Stage> => {
      count += 1;
      const root = `/${count}`;
      const began = Math.floor(Date.now() / 1000) * 1000;
      const now = (): number => began + set.clock * 1000;
      const kept = await createStore(now);
      // The cases are about what is decided: on a busy machine a store may take its time.
      const cache = createCache({ store: kept, now, storeTimeoutMs: 10_000, ...options });
      t.after(() => cache.close());
      const set: Stage = {
        clock: 0,
        origin: origin.url,
        cache,
        path: (path = '') => root + path,
        script: (replies, path = '') => {
          origin.script(root + path, replies, now);
        },
        asked: (path = '') => origin.asked(root + path),
        ask: async (ask = {}, path = '') => {
          const headers: Record<string, string> = {};
          for (const [name, value] of Object.entries(ask.headers ?? {})) headers[name] = atTime(value, now());
          const response = await cache.fetch(origin.url + root + path, { ...ask, headers });
          const body = await response.text();
          // Until what was read is stored: it is once nothing is in flight.
          await settled(cache);
          return { status: response.status, headers: response.headers, body };
        },
      };
      return set;
    };

    for (const given of pairs) {
      test(`${given.rfc}: ${given.name}`, async (t) => {
        const set = await stage(t, given.options);
        const reply = given.reply ?? { headers: FRESH };
        set.script([reply, given.next ?? reply]);
        const first = await set.ask(given.first);
        set.clock += given.after ?? 1;
        const second = await set.ask(given.second);
        const asked = set.asked();
        const status = second.headers.get('cache-status') ?? '';
        assert.match(
          status,
          /^\S.*(?:hit|fwd=[a-z-]+|detail=)/,
          'RFC 9211: every response says what the cache did',
        );
        assert.equal(
          fateOf(first, second, asked),
          given.expect,
          `${status}\n${JSON.stringify(asked, undefined, 1)}`,
        );
        if (given.status !== undefined) assert.equal(second.status, given.status);
        for (const [name, value] of Object.entries(given.fields ?? {})) {
          const got = second.headers.get(name);
          if (value instanceof RegExp) assert.match(got ?? '', value, name);
          else assert.equal(got, value, name);
        }
      });
    }
    for (const given of stories) {
      test(`${given.rfc}: ${given.name}`, async (t) => {
        const set = await stage(t, given.options);
        await given.run(set);
      });
    }
  });
}

function fateOf(first: Answered, second: Answered, asked: readonly Asked[]): string {
  const [, again] = asked;
  if (again === undefined) {
    if (second.headers.get('cache-status')?.includes('only-if-cached') === true) return '504';
    return first.body.includes(second.body) ? 'hit' : `the wrong body: ${second.body}`;
  }
  const { headers } = again;
  return headers['if-none-match'] === undefined && headers['if-modified-since'] === undefined
    ? 'miss'
    : 'validate';
}

async function settled(cache: Cache): Promise<void> {
  const deadline = Date.now() + 5000;
  while (cache.stats().requestsInFlight > 0 || cache.stats().bytesInFlight > 0) {
    assert.ok(Date.now() < deadline, 'something is still in flight');
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
