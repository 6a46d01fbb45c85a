// Users and tenants with credentials in any field ask in any way and order: no response is ever that of another, none is one that RFC 9111
// forbids, and nothing is held in the end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Cache,
  type CacheOptions,
  createCache,
  createResponseCache,
  memoryStore,
} from '../../src/cache/index.ts';
import { histories } from '../harness/histories.ts';

const CREDENTIALS = ['authorization', 'cookie', 'x-api-key', 'x-user-id', 'x-auth-token'] as const;

interface Asking {
  readonly user: string;
  readonly tenant: string | undefined;
  readonly credential: (typeof CREDENTIALS)[number] | undefined;
  readonly path: string;
  readonly condition: Readonly<Record<string, string>>;
  readonly method: 'GET' | 'HEAD';
  /** What it does with the response. */
  readonly does: 'read' | 'cancel' | 'abort' | 'abort at once';
}

/** How the origin answers. */
interface Manner {
  readonly control: string;
  readonly hasTag: boolean;
  readonly vary: boolean;
  readonly setsCookie: boolean;
  readonly how: 'well' | '412' | '416' | '503' | '401' | 'cut' | 'reset' | 'large';
}

type Step =
  | { readonly kind: 'ask'; readonly asking: Asking }
  | { readonly kind: 'answer'; readonly manner: Manner; readonly which: number }
  | { readonly kind: 'write'; readonly path: string }
  | { readonly kind: 'pass'; readonly seconds: number };

const asking: fc.Arbitrary<Asking> = fc.record({
  user: fc.constantFrom('ann', 'bob'),
  tenant: fc.constantFrom(undefined, undefined, 'a.example', 'b.example'),
  credential: fc.constantFrom(undefined, undefined, undefined, ...CREDENTIALS),
  path: fc.constantFrom('/1', '/1', '/1', '/2'),
  condition: fc.constantFrom<Readonly<Record<string, string>>>(
    {},
    {},
    {},
    {},
    {},
    {},
    { 'if-none-match': '"1"' },
    { 'if-match': '"none"' },
    { range: 'bytes=0-3' },
    { range: 'bytes=900-' },
    { 'cache-control': 'no-cache' },
    { 'cache-control': 'max-stale' },
    { 'cache-control': 'no-store' },
  ),
  method: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD'),
  does: fc.constantFrom('read', 'read', 'read', 'read', 'read', 'read', 'cancel', 'abort', 'abort at once'),
});

const manner: fc.Arbitrary<Manner> = fc.record({
  control: fc.constantFrom(
    'public, max-age=10',
    'public, max-age=10',
    'public, max-age=100, stale-while-revalidate=100',
    'max-age=10',
    'max-age=10, stale-while-revalidate=100',
    'public, max-age=10, stale-if-error=1000',
    'must-revalidate, max-age=10',
    'private, max-age=10',
    'no-store',
    'no-cache',
    '',
  ),
  hasTag: fc.boolean(),
  vary: fc.boolean(),
  setsCookie: fc.constantFrom(false, false, false, false, true),
  how: fc.constantFrom(
    'well',
    'well',
    'well',
    'well',
    'well',
    'well',
    'well',
    'well',
    'well',
    '412',
    '416',
    '503',
    '401',
    'cut',
    'reset',
    'large',
  ),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('ask' as const), asking }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('answer' as const), manner, which: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('write' as const), path: fc.constantFrom('/1', '/2') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds: fc.constantFrom(1, 5, 20) }),
  },
);

/** A way to ask a cache. */
interface Way {
  readonly name: string;
  /** Half of what was served from the store when this was written: with none of it all of this would hold of no cache at all. */
  readonly leastServed: number;
  /** Each user has a partition, in which what is private is stored. */
  readonly hasPartitions: boolean;
  create(origin: typeof globalThis.fetch, options: CacheOptions): Pick<Cache, 'fetch' | 'stats'>;
}

const WAYS: readonly Way[] = [
  {
    name: 'fetch',
    leastServed: 60,
    hasPartitions: false,
    create: (fetch, options) => createCache({ ...options, fetch }),
  },
  {
    name: 'fetch with a partition for each user',
    leastServed: 90,
    hasPartitions: true,
    create: (fetch, options) =>
      createCache({ ...options, fetch, partition: ({ headers }) => headers['x-who'] }),
  },
  {
    name: 'a middleware of a server',
    leastServed: 60,
    hasPartitions: false,
    create: (origin, options) => {
      const cache = createResponseCache(options);
      const middleware = cache.hono();
      return {
        stats: () => cache.stats(),
        fetch: async (url, init) => {
          const context = { req: { raw: new Request(url, init) }, res: Response.error() };
          const response = await middleware(context, async () => {
            const { url: asked, method, headers } = context.req.raw;
            context.res = await origin(asked, { method, headers });
          });
          return response ?? context.res;
        },
      };
    },
  },
];

let served = 0;

for (const way of WAYS) {
  test(`all users, however they ask and in whatever order: ${way.name}`, async (t) => {
    served = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 50, size: 'max' }), async (plan) => {
        await new World(way).play(plan);
      }),
      { numRuns: histories(300) },
    );
    t.diagnostic(`${served} stored responses were served`);
    // Of few histories it is a matter of luck how many, but not whether any.
    const least = histories(300) < 300 ? 1 : way.leastServed;
    assert.ok(served >= least, `${served} stored responses were served`);
  });
}

/** What the origin was asked, and what it makes of it. */
interface Made {
  readonly for: string;
  readonly user: string | null;
  readonly tenant: string | null;
  readonly path: string;
  readonly hasCredential: boolean;
  readonly hasCookie: boolean;
  readonly manner: Manner;
  readonly status: number;
}

interface Open {
  readonly request: Headers;
  readonly path: string;
  readonly method: string;
  readonly settle: (response: Response | Error) => void;
}

class World {
  #now = Date.UTC(2026, 0, 1);
  #held = 0;
  readonly #open: Open[] = [];
  readonly #made: Made[] = [];
  readonly #wrong: unknown[] = [];
  readonly #asking: Promise<void>[] = [];
  /** Users that got a cookie with an answer to HEAD. */
  readonly #hadCookieByHead = new Set<string | null>();
  readonly #cache: Pick<Cache, 'fetch' | 'stats'>;

  readonly #hasPartitions: boolean;

  constructor(way: Way) {
    this.#hasPartitions = way.hasPartitions;
    this.#cache = way.create((input, init) => this.#origin(input as string, init), {
      now: () => this.#now,
      store: memoryStore({ now: () => this.#now }),
      revalidationDeadlineMs: 1_000_000,
      entryLimitBytes: 2000,
      inFlightLimitBytes: 5000,
      storeSetCookie: true,
    });
  }

  async play(plan: readonly Step[]): Promise<void> {
    for (const each of plan) {
      if (each.kind === 'pass') this.#now += each.seconds * 1000;
      else if (each.kind === 'ask') this.#asking.push(this.#watch(each.asking));
      else if (each.kind === 'answer') this.#answer(each.manner, each.which);
      else await this.#cache.fetch(`http://o.example${each.path}`, { method: 'PUT' });
      await turns();
    }
    for (let i = 0; i < 20; i += 1) {
      while (this.#open.length > 0) {
        this.#open.shift()?.settle(new Error('the end'));
        await turns();
      }
    }
    await Promise.all(this.#asking);
    await turns();
    if (this.#wrong.length > 0) throw this.#wrong[0] as Error;
    const { bytesInFlight, requestsInFlight } = this.#cache.stats();
    assert.deepEqual(
      { bytesInFlight, requestsInFlight, held: this.#held },
      { bytesInFlight: 0, requestsInFlight: 0, held: 0 },
    );
  }

  async #watch(asked: Asking): Promise<void> {
    try {
      await this.#ask(asked);
    } catch (error) {
      this.#wrong.push(error);
    }
  }

  async #ask({ user, tenant, credential, path, condition, method, does }: Asking): Promise<void> {
    const headers = new Headers(condition);
    headers.set('x-number', String(this.#asking.length));
    headers.set('x-who', user);
    if (tenant !== undefined) headers.set('host', tenant);
    if (credential !== undefined) headers.set(credential, user);
    const leaving = new AbortController();
    const fetching = this.#cache.fetch(`http://o.example${path}`, {
      method,
      headers,
      signal: leaving.signal,
    });
    if (does === 'abort at once') leaving.abort(new Error('gone'));
    let response: Response;
    let body: string;
    try {
      response = await fetching;
      if (does === 'cancel') {
        await response.body?.cancel();
        return;
      }
      if (does === 'abort') {
        leaving.abort(new Error('gone'));
        await response.text();
        return;
      }
      body = await response.text();
    } catch {
      return;
    }
    const said = response.headers.get('x-made');
    // To HEAD, or of the cache's own: 503 and 504 without content.
    if (said === null) {
      assert.equal(body, '');
      return;
    }
    const made = this.#made[Number(said)];
    assert.ok(made !== undefined);
    if (made.for === headers.get('x-number')) return;
    served += 1;
    this.#mustBeAllowed(made, { user, tenant, credential, path, condition, method, does }, response);
  }

  #mustBeAllowed(made: Made, asked: Asking, response: Response): void {
    const why = JSON.stringify({ made, asked, how: response.headers.get('cache-status') });
    const { control } = made.manner;
    assert.equal(made.path, asked.path, why);
    assert.equal(made.tenant, asked.tenant ?? null, `of another tenant: ${why}`);
    assert.ok(![412, 416].includes(made.status), `an answer to one request: ${why}`);
    assert.ok(control !== 'no-store', `not to be stored: ${why}`);
    assert.ok(asked.condition['if-match'] === undefined, `only the origin knows: ${why}`);
    assert.ok(asked.condition['cache-control'] !== 'no-store', why);
    const cookies = response.headers.getSetCookie();
    if (this.#hasPartitions) {
      assert.equal(made.user, asked.user, `of another user: ${why}`);
      // An answer to HEAD updates the headers of what the same user has stored, with its cookie (RFC 9111, 4.3.5).
      const mayHaveCookie = cookies.length > 0 && this.#hadCookieByHead.has(asked.user);
      const expected = made.manner.setsCookie || mayHaveCookie ? [`user=${asked.user}`] : [];
      assert.deepEqual(cookies, expected, why);
      return;
    }
    assert.ok(!control.includes('private'), `not to be stored: ${why}`);
    assert.ok(!made.manner.setsCookie && cookies.length === 0, `with a cookie of one user: ${why}`);
    const forCookies = control.includes('public');
    const forCredentials = forCookies || control.includes('must-revalidate');
    if (asked.credential === 'cookie' || made.hasCookie) assert.ok(forCookies, `with a cookie: ${why}`);
    else if (asked.credential !== undefined || made.hasCredential)
      assert.ok(forCredentials, `with credentials: ${why}`);
  }

  #origin(url: string, init: RequestInit = {}): Promise<Response> {
    if (init.method === 'PUT') return Promise.resolve(new Response(null, { status: 204 }));
    return new Promise((resolve, reject) => {
      const open: Open = {
        request: new Headers(init.headers),
        path: new URL(url).pathname,
        method: init.method ?? 'GET',
        settle: (result) => {
          if (result instanceof Error) reject(result);
          else resolve(result);
        },
      };
      this.#open.push(open);
      init.signal?.addEventListener('abort', () => {
        const at = this.#open.indexOf(open);
        if (at !== -1) this.#open.splice(at, 1);
        reject(init.signal?.reason as Error);
      });
    });
  }

  #answer(given: Manner, which: number): void {
    const [open] = this.#open.splice(Math.min(which, this.#open.length - 1), 1);
    if (open === undefined) return;
    if (given.how === 'reset') {
      open.settle(
        new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) }),
      );
      return;
    }
    const { request, path, method } = open;
    const status = ['412', '416', '503', '401'].includes(given.how) ? Number(given.how) : 200;
    const credential = CREDENTIALS.find((name) => request.has(name));
    const number = this.#made.length;
    this.#made.push({
      for: request.get('x-number') ?? '',
      user: request.get('x-who'),
      tenant: request.get('host'),
      path,
      hasCredential: credential !== undefined,
      hasCookie: credential === 'cookie',
      manner: given,
      status,
    });
    const headers = new Headers({ date: new Date(this.#now).toUTCString() });
    // An answer to HEAD updates what is stored; so it says nothing that would make it another's.
    if (method !== 'HEAD') headers.set('x-made', String(number));
    if (given.control !== '' && method !== 'HEAD') headers.set('cache-control', given.control);
    if (given.hasTag && status === 200) headers.set('etag', `"${number}"`);
    if (given.setsCookie) headers.append('set-cookie', `user=${request.get('x-who')}`);
    if (given.setsCookie && method === 'HEAD') this.#hadCookieByHead.add(request.get('x-who'));
    if (given.vary) headers.set('vary', 'x-who, cookie');
    open.settle(new Response(method === 'HEAD' ? null : this.#body(given), { status, headers }));
  }

  /** A body that counts as held until it has ended or was cancelled. */
  #body({ how }: Manner): ReadableStream<Uint8Array> {
    this.#held += 1;
    let pieces = how === 'large' ? 5 : 2;
    return new ReadableStream<Uint8Array>(
      {
        pull: (into) => {
          pieces -= 1;
          if (pieces >= 0) into.enqueue(new Uint8Array(how === 'large' ? 1000 : 10));
          else {
            this.#held -= 1;
            if (how === 'cut') into.error(new TypeError('terminated'));
            else into.close();
          }
        },
        cancel: () => {
          this.#held -= 1;
        },
      },
      { highWaterMark: 0 },
    );
  }
}

/** Until nothing moves any more without a step. */
async function turns(): Promise<void> {
  for (let i = 0; i < 6; i += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
