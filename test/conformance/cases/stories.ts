// What takes more than two requests: validation, invalidation, stale responses, groups, shared requests.
import assert from 'node:assert/strict';
import { FRESH, type Stage, type StoryCase } from '../suite.ts';

const stale = (etag: string, more: string = ''): Readonly<Record<string, string>> => ({
  'cache-control': `max-age=10${more}`,
  etag,
});

async function isHit(stage: Stage, path?: string): Promise<boolean> {
  const before = stage.asked(path).length;
  await stage.ask({}, path);
  return stage.asked(path).length === before;
}

const validation: readonly StoryCase[] = [
  {
    rfc: '9111, 4.3.1',
    name: 'both validators are sent, as they were given',
    async run(stage) {
      stage.script([{ headers: { 'cache-control': 'max-age=1', etag: 'W/"a"', 'last-modified': '@-1000' } }]);
      const { headers } = await stage.ask();
      stage.clock = 2;
      await stage.ask();
      assert.equal(stage.asked()[1]?.headers['if-none-match'], 'W/"a"');
      assert.equal(stage.asked()[1]?.headers['if-modified-since'], headers.get('last-modified'));
    },
  },
  {
    rfc: '9111, 4.3.4',
    name: '304 makes the stored response fresh again, with its fields and the stored body',
    async run(stage) {
      const notModified = { headers: { ...stale('"a"'), 'x-new': '2', 'x-both': 'new' } };
      stage.script([{ headers: { ...stale('"a"'), 'x-old': '1', 'x-both': 'old' } }, { notModified }]);
      const first = await stage.ask();
      stage.clock = 20;
      const second = await stage.ask();
      stage.clock = 25;
      const third = await stage.ask();
      assert.equal(stage.asked().length, 2);
      for (const answer of [second, third]) {
        assert.equal(answer.status, 200);
        assert.equal(answer.body, first.body);
        assert.equal(answer.headers.get('x-old'), '1');
        assert.equal(answer.headers.get('x-new'), '2');
        assert.equal(answer.headers.get('x-both'), 'new');
      }
      assert.equal(third.headers.get('age'), '5');
      assert.equal(third.headers.get('cache-status'), 'Respite; hit; ttl=5');
    },
  },
  ...(
    [
      ['content-length', '999'],
      ['content-encoding', 'gzip'],
      ['content-range', 'bytes 0-1/2'],
    ] as const
  ).map(([name, value]): StoryCase => ({
    rfc: '9111, 3.2',
    name: `304 does not change ${name}`,
    async run(stage) {
      const notModified = { headers: { ...stale('"a"'), [name]: value } };
      stage.script([{ headers: { ...stale('"a"'), 'content-length': '3' }, body: 'abc' }, { notModified }]);
      await stage.ask();
      stage.clock = 20;
      await stage.ask();
      const third = await stage.ask();
      assert.equal(third.body, 'abc');
      assert.equal(third.headers.get(name), name === 'content-length' ? '3' : null);
      assert.equal(stage.asked().length, 2);
    },
  })),
  {
    rfc: '9111, 4.3.4',
    name: '304 can change how long it is fresh',
    async run(stage) {
      const notModified = { headers: { etag: '"a"', 'cache-control': 'max-age=1000' } };
      stage.script([{ headers: stale('"a"') }, { notModified }]);
      await stage.ask();
      stage.clock = 20;
      await stage.ask();
      stage.clock = 900;
      assert.ok(await isHit(stage));
    },
  },
  {
    rfc: '9111, 4.3.4',
    name: '304 without Cache-Control leaves what was said before',
    async run(stage) {
      stage.script([{ headers: stale('"a"') }, { notModified: { headers: { etag: '"a"' } } }]);
      await stage.ask();
      stage.clock = 20;
      await stage.ask();
      stage.clock = 29;
      assert.ok(await isHit(stage));
      stage.clock = 31;
      assert.ok(!(await isHit(stage)));
    },
  },
  {
    rfc: '9111, 4.3.4',
    name: '304 with no-store is the end of what is stored',
    async run(stage) {
      const notModified = { headers: { etag: '"a"', 'cache-control': 'no-store' } };
      stage.script([
        { headers: stale('"a"') },
        { notModified },
        { headers: { 'cache-control': 'no-store' } },
      ]);
      const first = await stage.ask();
      stage.clock = 20;
      assert.equal((await stage.ask()).body, first.body);
      await stage.ask();
      assert.equal(stage.asked()[2]?.headers['if-none-match'], undefined);
    },
  },
  {
    rfc: '9111, 4.3.4',
    name: '304 about another response is of no use: the whole is asked for',
    async run(stage) {
      stage.script([
        { headers: stale('"a"'), body: 'old' },
        { notModified: { headers: stale('"b"') } },
        { headers: stale('"b"'), body: 'new' },
      ]);
      await stage.ask();
      stage.clock = 20;
      assert.equal((await stage.ask()).body, 'new');
      assert.equal(stage.asked()[2]?.headers['if-none-match'], undefined);
    },
  },
  {
    rfc: '9111, 4.3.3',
    name: 'a whole response takes the place of the stored one',
    async run(stage) {
      stage.script([
        { headers: stale('"a"'), body: 'old' },
        { headers: stale('"b"'), body: 'new' },
      ]);
      await stage.ask();
      stage.clock = 20;
      assert.equal((await stage.ask()).body, 'new');
      assert.equal((await stage.ask()).body, 'new');
      assert.equal(stage.asked().length, 2);
    },
  },
  {
    rfc: '9111, 4.3.3',
    name: 'a response that may not be stored still ends the stored one',
    async run(stage) {
      stage.script([
        { headers: stale('"a"'), body: 'old' },
        { headers: { 'cache-control': 'no-store' }, body: 'new' },
        { close: 'at-once' },
      ]);
      await stage.ask();
      stage.clock = 20;
      assert.equal((await stage.ask()).body, 'new');
      await assert.rejects(stage.ask());
    },
  },
  {
    rfc: '9111, 4.3.3',
    name: 'an error in place of a validation is passed on where stale is forbidden',
    async run(stage) {
      stage.script([{ headers: stale('"a"', ', must-revalidate') }, { status: 500 }]);
      await stage.ask();
      stage.clock = 20;
      assert.equal((await stage.ask()).status, 500);
    },
  },
  {
    rfc: '9111, 4.3.2',
    name: "a client's own condition is not what the cache validates with",
    async run(stage) {
      stage.script([{ headers: stale('"a"') }]);
      await stage.ask();
      stage.clock = 20;
      const answer = await stage.ask({ headers: { 'if-none-match': '"mine"' } });
      assert.equal(stage.asked()[1]?.headers['if-none-match'], '"a"');
      assert.equal(answer.status, 200);
      assert.equal((await stage.ask({ headers: { 'if-none-match': '"a"' } })).status, 304);
    },
  },
  {
    rfc: '9111, 4.3.2',
    name: '304 to a client is not stored where nothing is',
    async run(stage) {
      stage.script([{ headers: stale('"a"') }]);
      assert.equal((await stage.ask({ headers: { 'if-none-match': '"a"' } })).status, 304);
      assert.equal((await stage.ask()).status, 200);
      assert.equal(stage.asked().length, 2);
    },
  },
  {
    rfc: '9111, 4.3.5',
    name: 'HEAD with the same validator makes it fresh',
    async run(stage) {
      stage.script([{ headers: stale('"a"') }]);
      await stage.ask();
      stage.clock = 20;
      await stage.ask({ method: 'HEAD' });
      assert.ok(await isHit(stage));
    },
  },
  ...(
    [
      ['etag', '"b"'],
      ['last-modified', '@0'],
      ['content-length', '77'],
    ] as const
  ).map(([name, value]): StoryCase => ({
    rfc: '9111, 4.3.5',
    name: `HEAD with another ${name} makes it invalid`,
    async run(stage) {
      const own = { ...stale('"a"'), 'last-modified': '@-1000', 'content-length': '3' };
      stage.script([{ headers: own, body: 'abc' }, { headers: { ...own, [name]: value } }]);
      await stage.ask();
      stage.clock = 20;
      await stage.ask({ method: 'HEAD' });
      stage.script([{}, {}, { headers: own, body: 'def' }]);
      await stage.ask();
      assert.equal(stage.asked()[2]?.headers['if-none-match'], undefined);
    },
  })),
];

const invalidation: readonly StoryCase[] = [
  ...(
    [
      ['POST', 200, true],
      ['PUT', 204, true],
      ['DELETE', 200, true],
      ['PATCH', 200, true],
      ['MKCOL', 201, true],
      ['LOCK', 200, true],
      ['POST', 303, true],
      ['POST', 400, false],
      ['PUT', 404, false],
      ['DELETE', 500, false],
      ['OPTIONS', 200, false],
      ['PROPFIND', 207, false],
      ['QUERY', 200, false],
      ['HEAD', 200, false],
    ] as const
  ).map(([method, status, isInvalid]): StoryCase => ({
    rfc: '9111, 4.4',
    name: `${method} that ends with ${status} ${isInvalid ? 'makes what is stored invalid' : 'changes nothing'}`,
    async run(stage) {
      stage.script([{ headers: FRESH }, { status }, { headers: FRESH }]);
      await stage.ask();
      await stage.ask({ method, redirect: 'manual' });
      assert.equal(await isHit(stage), !isInvalid);
    },
  })),
  ...(['location', 'content-location'] as const).flatMap((name): StoryCase[] => [
    {
      rfc: '9111, 4.4',
      name: `what ${name} names becomes invalid`,
      async run(stage) {
        stage.script([{ headers: FRESH }], '/other');
        stage.script([{ status: 201, headers: { [name]: stage.path('/other') } }]);
        await stage.ask({}, '/other');
        await stage.ask({ method: 'POST' });
        assert.ok(!(await isHit(stage, '/other')));
      },
    },
    {
      rfc: '9111, 4.4',
      name: `but not if ${name} names another origin`,
      async run(stage) {
        stage.script([{ headers: FRESH }], '/other');
        const elsewhere = `http://localhost:1${stage.path('/other')}`;
        stage.script([{ status: 201, headers: { [name]: elsewhere } }]);
        await stage.ask({}, '/other');
        await stage.ask({ method: 'POST' });
        assert.ok(await isHit(stage, '/other'));
      },
    },
    {
      rfc: '9111, 4.4',
      name: `nor if the response with ${name} is an error`,
      async run(stage) {
        stage.script([{ headers: FRESH }], '/other');
        stage.script([{ status: 409, headers: { [name]: stage.path('/other') } }]);
        await stage.ask({}, '/other');
        await stage.ask({ method: 'POST' });
        assert.ok(await isHit(stage, '/other'));
      },
    },
  ]),
  {
    rfc: '9111, 4.4',
    name: 'all variants become invalid',
    async run(stage) {
      stage.script([{ headers: { ...FRESH, vary: 'x-a' } }]);
      await stage.ask({ headers: { 'x-a': '1' } });
      await stage.ask({ headers: { 'x-a': '2' } });
      await stage.ask({ method: 'POST' });
      await stage.ask({ headers: { 'x-a': '1' } });
      await stage.ask({ headers: { 'x-a': '2' } });
      assert.equal(stage.asked().length, 5);
    },
  },
  {
    rfc: '9111, 4.4',
    name: 'a response on its way when a write happens is not stored',
    async run(stage) {
      const written = Promise.withResolvers<undefined>();
      stage.script([
        { headers: FRESH, body: 'from before', gate: written.promise },
        { status: 204 },
        { headers: FRESH, body: 'from after' },
      ]);
      const reading = stage.cache.fetch(stage.origin + stage.path()).then((response) => response.text());
      while (stage.asked().length === 0) await new Promise((resolve) => setImmediate(resolve));
      await stage.cache.fetch(stage.origin + stage.path(), { method: 'POST' });
      const later = stage.ask();
      written.resolve(undefined);
      assert.equal(await reading, 'from before');
      assert.equal((await later).body, 'from after');
      assert.equal((await stage.ask()).body, 'from after');
      assert.equal(stage.asked().length, 3);
    },
  },
];

const groups: readonly StoryCase[] = [
  {
    rfc: '9875, 3',
    name: 'a write makes the groups invalid that it names, and no other',
    async run(stage) {
      stage.script([{ headers: { ...FRESH, 'cache-groups': '"a", "b"' } }], '/1');
      stage.script([{ headers: { ...FRESH, 'cache-groups': '"c"' } }], '/2');
      stage.script([{ headers: { 'cache-group-invalidation': '"b"' } }]);
      await stage.ask({}, '/1');
      await stage.ask({}, '/2');
      await stage.ask({ method: 'POST' });
      assert.ok(!(await isHit(stage, '/1')));
      assert.ok(await isHit(stage, '/2'));
    },
  },
  ...(
    [
      ['GET', 200, '"a"'],
      ['POST', 500, '"a"'],
      ['POST', 200, 'a'],
      ['POST', 200, '"a'],
      ['POST', 200, '"A"'],
      ['POST', 200, '("a")'],
    ] as const
  ).map(([method, status, field]): StoryCase => ({
    rfc: '9875, 3',
    name: `Cache-Group-Invalidation: ${field} in a response ${status} to ${method} changes nothing`,
    async run(stage) {
      stage.script([{ headers: { ...FRESH, 'cache-groups': '"a"' } }], '/1');
      stage.script([{ status, headers: { 'cache-group-invalidation': field } }]);
      await stage.ask({}, '/1');
      await stage.ask({ method });
      assert.ok(await isHit(stage, '/1'));
    },
  })),
  {
    rfc: '9875, 2',
    name: 'groups can be made invalid by the program',
    async run(stage) {
      stage.script([{ headers: { ...FRESH, 'cache-groups': '"a"' } }]);
      await stage.ask();
      await stage.cache.invalidateTags(['a'], 'http://elsewhere.example');
      await stage.cache.invalidateTags(['a']);
      assert.ok(await isHit(stage));
      await stage.cache.invalidateTags(['a'], stage.origin);
      assert.ok(!(await isHit(stage)));
      assert.ok(await isHit(stage));
    },
  },
  {
    rfc: '9875, 2',
    name: 'tags are made invalid by the program alone',
    async run(stage) {
      stage.script([{ headers: { ...FRESH, 'cache-tag': 'a, b' } }]);
      await stage.ask();
      await stage.cache.invalidateTags(['c']);
      assert.ok(await isHit(stage));
      await stage.cache.invalidateTags(['b']);
      assert.ok(!(await isHit(stage)));
    },
  },
];

const whileStale: readonly StoryCase[] = [
  {
    rfc: '5861, 3',
    name: 'stale-while-revalidate: served at once, and fresh for the next',
    async run(stage) {
      stage.script([
        { headers: stale('"a"', ', stale-while-revalidate=30'), body: 'old' },
        { headers: stale('"b"', ', stale-while-revalidate=30'), body: 'new' },
      ]);
      await stage.ask();
      stage.clock = 20;
      const second = await stage.ask();
      assert.equal(second.body, 'old');
      assert.equal(
        second.headers.get('cache-status'),
        'Respite; hit; ttl=-10; detail=stale-while-revalidate',
      );
      assert.equal((await stage.ask()).body, 'new');
      assert.equal(stage.asked().length, 2);
    },
  },
  ...(
    [
      ['stale-while-revalidate=30', 41],
      ['stale-while-revalidate=x', 11],
      ['stale-while-revalidate=30, must-revalidate', 11],
      ['stale-while-revalidate=30, proxy-revalidate', 11],
      ['stale-while-revalidate=30, s-maxage=10', 11],
    ] as const
  ).map(([field, clock]): StoryCase => ({
    rfc: '9111, 4.2.4',
    name: `${field} of max-age=10 permits nothing ${clock} s later`,
    async run(stage) {
      stage.script([
        { headers: stale('"a"', `, ${field}`), body: 'old' },
        { headers: stale('"b"'), body: 'new' },
      ]);
      await stage.ask();
      stage.clock = clock;
      assert.equal((await stage.ask()).body, 'new');
    },
  })),
  ...[500, 502, 503, 504, 429].map((status): StoryCase => ({
    rfc: '5861, 4',
    name: `stale-if-error: ${status} is not shown`,
    async run(stage) {
      stage.script([{ headers: stale('"a"', ', stale-if-error=30'), body: 'old' }, { status }]);
      await stage.ask();
      stage.clock = 20;
      const second = await stage.ask();
      assert.equal(second.body, 'old');
      assert.equal(second.status, 200);
      assert.equal(second.headers.get('age'), '20');
      const expected = `Respite; fwd=stale; fwd-status=${status}; detail=stale-if-error`;
      assert.equal(second.headers.get('cache-status'), expected);
      stage.clock = 41;
      assert.equal((await stage.ask()).status, status);
    },
  })),
  ...[400, 403, 404, 410].map((status): StoryCase => ({
    rfc: '5861, 4',
    name: `${status} is no error of the origin's: it is shown`,
    async run(stage) {
      stage.script([{ headers: stale('"a"', ', stale-if-error=30'), body: 'old' }, { status }]);
      await stage.ask();
      stage.clock = 20;
      assert.equal((await stage.ask()).status, status);
      assert.equal((await stage.ask()).status, status);
    },
  })),
  ...['must-revalidate', 'proxy-revalidate', 's-maxage=10', 'no-cache'].map((field): StoryCase => ({
    rfc: '9111, 4.2.4',
    name: `${field} forbids what is stale on errors`,
    async run(stage) {
      stage.script([
        { headers: stale('"a"', `, stale-if-error=30, ${field}`), body: 'old' },
        { status: 503 },
      ]);
      await stage.ask();
      stage.clock = 20;
      assert.equal((await stage.ask()).status, 503);
    },
  })),
  {
    rfc: '5861, 4',
    name: 'without being told, five minutes past freshness',
    async run(stage) {
      stage.script([{ headers: stale('"a"'), body: 'old' }, { close: 'at-once' }]);
      await stage.ask();
      stage.clock = 300;
      assert.equal((await stage.ask()).body, 'old');
      stage.clock = 311;
      await assert.rejects(stage.ask());
    },
  },
  {
    rfc: '5861, 4',
    name: 'stale-if-error=0 is a refusal',
    async run(stage) {
      stage.script([{ headers: stale('"a"', ', stale-if-error=0') }, { status: 500 }]);
      await stage.ask();
      stage.clock = 20;
      assert.equal((await stage.ask()).status, 500);
    },
  },
  {
    rfc: '5861, 4',
    name: 'stale-if-error in a request',
    options: { staleIfErrorMs: 0 },
    async run(stage) {
      stage.script([{ headers: stale('"a"'), body: 'old' }, { status: 500 }]);
      await stage.ask();
      stage.clock = 20;
      assert.equal((await stage.ask()).status, 500);
      stage.clock = 25;
      assert.equal((await stage.ask({ headers: { 'cache-control': 'stale-if-error=60' } })).body, 'old');
    },
  },
  {
    rfc: '9111, 5.2.1.4',
    name: 'no-cache in a request forbids what is stale, whatever happens',
    async run(stage) {
      stage.script([{ headers: stale('"a"', ', stale-if-error=30') }, { status: 500 }]);
      await stage.ask();
      assert.equal((await stage.ask({ headers: { 'cache-control': 'no-cache' } })).status, 500);
    },
  },
  {
    rfc: '9110, 10.2.3',
    name: 'Retry-After: no validation before that',
    async run(stage) {
      stage.script([
        { headers: stale('"a"'), body: 'old' },
        { status: 503, headers: { 'retry-after': '60' } },
        { headers: stale('"b"'), body: 'new' },
      ]);
      await stage.ask();
      for (const clock of [20, 40, 79]) {
        stage.clock = clock;
        assert.equal((await stage.ask()).body, 'old');
      }
      assert.equal(stage.asked().length, 2);
      stage.clock = 81;
      await stage.ask();
      assert.equal((await stage.ask()).body, 'new');
      assert.equal(stage.asked().length, 3);
    },
  },
  {
    rfc: '9111, 5.2.2.2',
    name: 'must-revalidate and no way to the origin: 504',
    options: { unreachable: 'gateway-timeout' },
    async run(stage) {
      stage.script([{ headers: stale('"a"', ', must-revalidate') }, { close: 'at-once' }]);
      await stage.ask();
      stage.clock = 20;
      const { status, headers } = await stage.ask();
      assert.equal(status, 504);
      assert.equal(headers.get('cache-status'), 'Respite; fwd=stale; detail=unreachable');
    },
  },
  {
    rfc: '9111, 3.3',
    name: 'a body that breaks off is an error to its reader, and not stored',
    async run(stage) {
      const cut = { headers: { ...FRESH, 'content-length': '1000' }, body: 'x'.repeat(1000) };
      stage.script([{ ...cut, close: 'in-body' }, cut]);
      await assert.rejects(stage.ask());
      assert.equal((await stage.ask()).body.length, 1000);
      assert.equal(stage.asked().length, 2);
    },
  },
];

const variants: readonly StoryCase[] = [
  {
    rfc: '9111, 4.1',
    name: 'variants stand beside each other',
    async run(stage) {
      stage.script([{ headers: { ...FRESH, vary: 'accept-language' } }]);
      const [de, en] = [{ headers: { 'accept-language': 'de' } }, { headers: { 'accept-language': 'en' } }];
      const bodies = [await stage.ask(de), await stage.ask(en), await stage.ask(de), await stage.ask(en)];
      assert.equal(stage.asked().length, 2);
      assert.equal(bodies[0]?.body, bodies[2]?.body);
      assert.equal(bodies[1]?.body, bodies[3]?.body);
      assert.notEqual(bodies[0]?.body, bodies[1]?.body);
    },
  },
  {
    rfc: '9111, 4.1',
    name: 'a resource that varies by more than before',
    async run(stage) {
      stage.script([{ headers: { ...FRESH, vary: 'x-a' } }, { headers: { ...FRESH, vary: 'x-a, x-b' } }]);
      await stage.ask({ headers: { 'x-a': '1', 'x-b': '1' } });
      await stage.ask({ headers: { 'x-a': '2', 'x-b': '1' } });
      await stage.ask({ headers: { 'x-a': '2', 'x-b': '2' } });
      assert.equal(stage.asked().length, 3);
      await stage.ask({ headers: { 'x-a': '2', 'x-b': '1' } });
      await stage.ask({ headers: { 'x-a': '2', 'x-b': '2' } });
      assert.equal(stage.asked().length, 3);
    },
  },
  {
    rfc: '9111, 4.1',
    name: 'a variant is validated by its own validator',
    async run(stage) {
      stage.script([
        { headers: { ...stale('"1"'), vary: 'x-a' } },
        { headers: { ...stale('"2"'), vary: 'x-a' } },
        { headers: { ...stale('"1"'), vary: 'x-a' } },
      ]);
      await stage.ask({ headers: { 'x-a': '1' } });
      await stage.ask({ headers: { 'x-a': '2' } });
      stage.clock = 20;
      await stage.ask({ headers: { 'x-a': '1' } });
      assert.equal(stage.asked()[2]?.headers['if-none-match'], '"1"');
    },
  },
  {
    rfc: '9111, 4.1',
    name: 'the oldest of more than 32 variants goes',
    async run(stage) {
      stage.script([{ headers: { ...FRESH, vary: 'x-a' } }]);
      for (let i = 0; i < 33; i += 1) await stage.ask({ headers: { 'x-a': String(i) } });
      await stage.ask({ headers: { 'x-a': '32' } });
      assert.equal(stage.asked().length, 33);
      await stage.ask({ headers: { 'x-a': '0' } });
      assert.equal(stage.asked().length, 34);
    },
  },
];

const redirects: readonly StoryCase[] = [
  {
    rfc: '9111, 4',
    name: 'what a redirect led to is not stored for where it began',
    async run(stage) {
      stage.script([{ status: 302, headers: { location: stage.path('/there') } }]);
      stage.script([{ headers: FRESH }], '/there');
      await stage.ask();
      await stage.ask();
      assert.equal(stage.asked().length, 2);
    },
  },
  {
    rfc: '9110, 15.4.2',
    name: 'a stored redirect is followed by those who follow',
    async run(stage) {
      stage.script([{ status: 301, headers: { ...FRESH, location: stage.path('/there') } }]);
      stage.script([{ headers: FRESH, body: 'there' }], '/there');
      assert.equal((await stage.ask({ redirect: 'manual' })).status, 301);
      assert.equal((await stage.ask()).body, 'there');
      const before = stage.asked().length;
      assert.equal((await stage.ask({ redirect: 'manual' })).status, 301);
      assert.equal(stage.asked().length, before);
    },
  },
  {
    rfc: '9111, 4',
    name: 'the query is part of what is asked for, the fragment is not',
    async run(stage) {
      stage.script([{ headers: FRESH }], '?a=1');
      stage.script([{ headers: FRESH }], '?a=2');
      const one = await stage.ask({}, '?a=1');
      assert.notEqual((await stage.ask({}, '?a=2')).body, one.body);
      assert.equal((await stage.ask({}, '?a=1#here')).body, one.body);
      assert.equal(stage.asked('?a=1').length, 1);
    },
  },
];

export const stories: readonly StoryCase[] = [
  ...validation,
  ...invalidation,
  ...groups,
  ...whileStale,
  ...variants,
  ...redirects,
];
