// Whatever origins say and users ask, in whatever order: nothing is served that RFC 9111 forbids, and nobody gets what is
// another's. The oracle knows what was meant, not what was written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCache, memoryStore } from '../../src/cache/index.ts';
import { histories } from '../harness/histories.ts';

/** What an origin means by its fields. Times in seconds. */
interface Meaning {
  readonly maxAge: number | undefined;
  readonly sMaxAge: number | undefined;
  readonly expires: number | undefined;
  readonly age: number;
  readonly noStore: boolean;
  readonly isPrivate: boolean;
  readonly isPublic: boolean;
  readonly noCache: boolean;
  readonly mustRevalidate: boolean;
  readonly whileRevalidate: number | undefined;
  readonly ifError: number | undefined;
  readonly setCookie: boolean;
  readonly vary: boolean;
  readonly etag: boolean;
}

interface User {
  readonly name: string;
  readonly credentials: 'none' | 'authorization' | 'cookie';
}

type Step =
  | { readonly kind: 'get'; readonly user: User; readonly directive: string }
  | { readonly kind: 'write' }
  | { readonly kind: 'pass'; readonly seconds: number }
  /** The origin answers its oldest open request. */
  | { readonly kind: 'reply'; readonly how: 'well' | 'error' | 'not at all'; readonly meaning: Meaning };

/** One version of the resource, as the origin made it. */
interface Made {
  readonly meaning: Meaning;
  readonly user: User;
  /** Clock when it was made, or last found to be right. */
  validatedAt: number;
  /** Number of the step in which it was asked for. */
  readonly askedInStep: number;
  /** Number of the request that it was made for. */
  readonly forRequest: number;
}

interface Open {
  readonly headers: Headers;
  readonly step: number;
  readonly answer: (response: Response) => void;
  readonly fail: (error: Error) => void;
}

const START = Date.UTC(2026, 0, 1);
const lifetimes = fc.constantFrom(0, 2, 10, 100);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const seldom = fc.nat(11).map((n) => n === 0);

const meanings: fc.Arbitrary<Meaning> = fc.record({
  maxAge: maybe(lifetimes),
  sMaxAge: maybe(lifetimes),
  expires: maybe(fc.constantFrom(-10, 0, 10, 100)),
  age: fc.constantFrom(0, 0, 0, 3, 50),
  noStore: seldom,
  isPrivate: seldom,
  isPublic: fc.boolean(),
  noCache: seldom,
  mustRevalidate: seldom,
  whileRevalidate: maybe(lifetimes),
  ifError: maybe(lifetimes),
  setCookie: seldom,
  vary: fc.boolean(),
  etag: fc.boolean(),
});

const users: fc.Arbitrary<User> = fc.record({
  name: fc.constantFrom('ann', 'bob'),
  credentials: fc.constantFrom('none', 'none', 'authorization', 'cookie'),
});

const directives = fc.constantFrom(
  '',
  '',
  '',
  'no-cache',
  'max-age=0',
  'max-age=4',
  'max-stale=3',
  'min-fresh=2',
  'no-store',
);

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({ kind: fc.constant('get' as const), user: users, directive: directives }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'write' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds: fc.constantFrom(1, 2, 6, 30, 200) }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('reply' as const),
      how: fc.constantFrom(
        'well' as const,
        'well' as const,
        'well' as const,
        'error' as const,
        'not at all' as const,
      ),
      meaning: meanings,
    }),
  },
);

/** Half of what 500 runs serve, 950 to 1030. */
const LEAST_SERVED = 500;

/** Stored responses that a user got: with none of them the property would hold of a cache that stores nothing. */
let served = 0;

test('nothing too old, nothing of another user, nothing from before a write', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(steps, { minLength: 4, maxLength: 60, size: 'max' }),
      fc.gen(),
      async (plan, gen) => {
        await new World(gen).play(plan);
      },
    ),
    { numRuns: histories(500) },
  );
  t.diagnostic(`${served} stored responses were served`);
  // Of few histories it is a matter of luck how many, but not whether any.
  const least = histories(500) < 500 ? 1 : LEAST_SERVED;
  assert.ok(served >= least, `${served} stored responses were served`);
});

class World {
  #now = START;
  #step = 0;
  #written = -1;
  readonly #made = new Map<number, Made>();
  readonly #open: Open[] = [];
  readonly #spelling: fc.GeneratorValue;
  readonly #reading: Promise<void>[] = [];
  readonly #wrong: unknown[] = [];
  /** When the origin last failed. */
  #failed = -Infinity;
  readonly #cache = createCache({
    now: () => this.#now,
    store: memoryStore({ now: () => this.#now }),
    // Time is ours; a real second must not end anything.
    revalidationDeadlineMs: 1_000_000,
    fetch: async (_input, init) => this.#originFetch(init),
  });

  constructor(spelling: fc.GeneratorValue) {
    this.#spelling = spelling;
  }

  async play(plan: readonly Step[]): Promise<void> {
    for (const step of plan) {
      this.#step += 1;
      await this.#do(step);
      await settle();
    }
    while (this.#open.length > 0) {
      this.#failed = this.#now;
      this.#open.shift()?.fail(new Error('the end'));
      await settle();
    }
    await Promise.all(this.#reading);
    if (this.#wrong.length > 0) throw this.#wrong[0] as Error;
  }

  async #do(step: Step): Promise<void> {
    if (step.kind === 'pass') this.#now += step.seconds * 1000;
    else if (step.kind === 'get') {
      const wrong = (error: unknown): void => {
        this.#wrong.push(error);
      };
      this.#reading.push(this.#get(step.user, step.directive).catch(wrong));
    } else if (step.kind === 'write') {
      const response = await this.#cache.fetch('http://origin.example/', { method: 'PUT' });
      assert.equal(response.status, 204);
      this.#written = this.#step;
    } else this.#reply(step);
  }

  async #get(user: User, directive: string): Promise<void> {
    const number = this.#reading.length;
    // Tracing, in which no two requests are alike.
    const headers: Record<string, string> = { 'x-user': user.name, 'x-request': String(number) };
    if (user.credentials !== 'none') headers[user.credentials] = user.name;
    if (directive !== '') headers['cache-control'] = directive;
    const asked = { at: this.#now, written: this.#written };
    let response: Response;
    try {
      response = await this.#cache.fetch('http://origin.example/', { headers });
    } catch {
      return;
    }
    const at = this.#now;
    if (response.status === 500) return;
    const id = Number(await response.text());
    const made = this.#made.get(id);
    assert.ok(made !== undefined, `nobody made ${id}`);
    const why = `${JSON.stringify({ ...made, asked, at: at - START, user, directive })} ${response.headers.get('cache-status')}`;
    assert.ok(made.askedInStep > asked.written, `from before the write: ${why}`);
    // Made for this very request: whatever it is.
    if (made.forRequest === number) return;
    served += 1;
    this.#mustBeAllowed(made, user, directive, asked.at, why);
  }

  #mustBeAllowed(made: Made, user: User, directive: string, askedAt: number, why: string): void {
    const { meaning } = made;
    assert.ok(!meaning.noStore && !meaning.isPrivate && !meaning.setCookie, `not to be stored: ${why}`);
    assert.ok(directive !== 'no-store', `not to be answered from the cache: ${why}`);
    assert.ok(!meaning.vary || made.user.name === user.name, `of another user: ${why}`);
    const forAuthorized = meaning.isPublic || meaning.mustRevalidate || meaning.sMaxAge !== undefined;
    for (const { credentials } of [made.user, user]) {
      if (credentials === 'authorization') assert.ok(forAuthorized, `with Authorization: ${why}`);
      if (credentials === 'cookie') assert.ok(meaning.isPublic, `with Cookie: ${why}`);
    }
    // Found to be right since it was asked for.
    if (made.validatedAt >= askedAt) return;
    assert.ok(!meaning.noCache && directive !== 'no-cache', `not validated: ${why}`);
    const age = meaning.age + (askedAt - made.validatedAt) / 1000;
    const lifetime = meaning.sMaxAge ?? meaning.maxAge ?? meaning.expires ?? 0;
    const isFailing = this.#failed > -Infinity;
    const { mustRevalidate, sMaxAge, whileRevalidate = 0, ifError = 300 } = meaning;
    let allowed = lifetime;
    if (!mustRevalidate && sMaxAge === undefined) {
      allowed += Math.max(whileRevalidate, isFailing ? ifError : 0, directive === 'max-stale=3' ? 3.001 : 0);
    }
    if (directive === 'max-age=0') allowed = Math.min(allowed, 0.001);
    if (directive === 'max-age=4') allowed = Math.min(allowed, 4.001);
    if (directive === 'min-fresh=2') allowed = Math.min(allowed, lifetime - 1.999);
    assert.ok(age < allowed, `${age} s old, ${allowed} s are allowed: ${why}`);
  }

  #originFetch(init: RequestInit | undefined): Promise<Response> {
    if (init?.method === 'PUT') return Promise.resolve(new Response(null, { status: 204 }));
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const open = {
      headers: new Headers(init?.headers),
      step: this.#step,
      answer: resolve,
      fail: reject,
    };
    this.#open.push(open);
    init?.signal?.addEventListener('abort', () => {
      reject(init.signal?.reason as Error);
    });
    return promise;
  }

  #reply({ how, meaning }: Extract<Step, { kind: 'reply' }>): void {
    const open = this.#open.shift();
    if (open === undefined) return;
    if (how !== 'well') {
      this.#failed = this.#now;
      if (how === 'error') open.answer(new Response('', { status: 500 }));
      else open.fail(new TypeError('fetch failed'));
      return;
    }
    const name = open.headers.get('x-user') ?? '';
    const credentials = open.headers.has('authorization')
      ? 'authorization'
      : open.headers.has('cookie')
        ? 'cookie'
        : 'none';
    const known = Number(/"(\d+)"/.exec(open.headers.get('if-none-match') ?? '')?.[1]);
    const before = this.#made.get(known);
    if (before !== undefined && open.step > this.#written) {
      // Still right; with what was said the first time.
      before.validatedAt = this.#now;
      open.answer(new Response(null, { status: 304, headers: this.#fields(before.meaning, known) }));
      return;
    }
    const id = this.#made.size + 1;
    const user: User = { name, credentials };
    this.#made.set(id, {
      meaning,
      user,
      validatedAt: this.#now,
      askedInStep: open.step,
      forRequest: Number(open.headers.get('x-request')),
    });
    open.answer(new Response(String(id), { headers: this.#fields(meaning, id) }));
  }

  /** The meaning in words, in one of the ways in which it can be said. */
  #fields(meaning: Meaning, id: number): [string, string][] {
    const spell = (word: string): string => (this.#spelling(fc.boolean) ? word : word.toUpperCase());
    const number = (value: number): string => (this.#spelling(fc.boolean) ? String(value) : `"${value}"`);
    const said: string[] = [];
    const say = (word: string, value: number | boolean | undefined): void => {
      if (value === undefined || value === false) return;
      said.push(value === true ? spell(word) : `${spell(word)}=${number(value)}`);
    };
    say('max-age', meaning.maxAge);
    say('s-maxage', meaning.sMaxAge);
    say('no-store', meaning.noStore);
    say('private', meaning.isPrivate);
    say('public', meaning.isPublic);
    say('no-cache', meaning.noCache);
    say('must-revalidate', meaning.mustRevalidate);
    say('stale-while-revalidate', meaning.whileRevalidate);
    say('stale-if-error', meaning.ifError);
    const order = this.#spelling(fc.shuffledSubarray, said, { minLength: said.length });
    const headers: [string, string][] = [['date', date(this.#now)]];
    const separator = this.#spelling(fc.constantFrom, ',', ', ', ' , ', ',,');
    if (order.length > 0) headers.push(['cache-control', order.join(separator)]);
    if (meaning.age > 0) headers.push(['age', String(meaning.age)]);
    if (meaning.expires !== undefined) {
      headers.push(['expires', date(this.#now + meaning.expires * 1000)]);
    }
    if (meaning.setCookie) headers.push(['set-cookie', 'id=1']);
    if (meaning.vary) headers.push(['vary', spell('x-user')]);
    if (meaning.etag) headers.push(['etag', `"${id}"`]);
    return headers;
  }
}

const date = (ms: number): string => new Date(ms).toUTCString();

/** Until nothing moves any more without a step. */
async function settle(): Promise<void> {
  for (let i = 0; i < 4; i += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
