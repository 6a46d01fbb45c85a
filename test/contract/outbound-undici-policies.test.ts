// What the client does for calls through copies of undici, whichever of its functions and dispatchers is used.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, test } from 'node:test';
import { build } from 'rolldown';
import type * as UndiciModule from 'undici';
import { policeOutbound } from '../../src/outbound/index.ts';

type Undici = typeof UndiciModule;

const asked: (string | undefined)[] = [];
/** Attempts that fail before one is served. */
let failing = 0;
let answer: http.RequestListener | undefined;
const server = http.createServer((request, response) => {
  asked.push(request.headers['respite-attempt']?.toString());
  if (answer !== undefined) return answer(request, response);
  if (request.url === '/elsewhere') {
    response.writeHead(302, { location: '/' }).end();
    return;
  }
  response.writeHead(asked.length > failing ? 200 : 503, { 'x-a': 'ü' }).end('body');
});
let origin = '';
let restore = (): void => {};

before(async () => {
  await once(server.listen(0, '0.0.0.0'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // All tests share what the client learns, and half of all attempts fail.
  const options = { retry: { baseMs: 1, budget: 1 }, throttle: false, circuit: false } as const;
  restore = policeOutbound({ origins: { [origin]: {} }, ...options });
});

beforeEach(() => {
  asked.length = 0;
  failing = 1;
  answer = undefined;
});

after(() => {
  restore();
  server.closeAllConnections();
  server.close();
});

// Loaded once the policies are there, as under `respite run`. Packages have copies of other versions than the program's.
const require = createRequire(import.meta.url);
const inside = (of: NodeJS.Require, name: string): NodeJS.Require => createRequire(of.resolve(name));
const older = inside(inside(require, '@elastic/elasticsearch'), ['@elastic', 'transport'].join('/'));
const current = (): Undici => require('undici') as Undici;
const COPIES: Readonly<Record<string, () => Undici>> = {
  'undici 8': current,
  'undici 7': () => older('undici') as Undici,
};

type Call = (undici: Undici, url: string) => Promise<string>;

const CALLS: Readonly<Record<string, Call>> = {
  'request()': async ({ request }, url) => await (await request(url)).body.text(),
  'fetch()': async ({ fetch }, url) => await (await fetch(url)).text(),
  'stream()': async ({ stream }, url) => {
    const sink = new PassThrough();
    const body = text(sink);
    await stream(url, { method: 'GET' }, () => sink);
    return await body;
  },
  'an Agent': async ({ Agent, request }, url) => {
    const dispatcher = new Agent();
    const body = await (await request(url, { dispatcher })).body.text();
    await dispatcher.close();
    return body;
  },
  'a Client without an origin in its calls': async ({ Client }, url) => {
    const client = new Client(url);
    const body = await (await client.request({ path: '/', method: 'GET' })).body.text();
    await client.close();
    return body;
  },
  'a Pool of one connection': async ({ Pool }, url) => {
    const pool = new Pool(url, { connections: 1 });
    const body = await (await pool.request({ path: '/', method: 'GET' })).body.text();
    await pool.close();
    return body;
  },
  'interceptors around it': async ({ Agent, interceptors, request }, url) => {
    const agent = new Agent();
    const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: 1 }));
    const body = await (await request(`${url}/`, { dispatcher })).body.text();
    await agent.close();
    return body;
  },
  'the global fetch with its dispatcher': async ({ Agent }, url) => {
    const dispatcher = new Agent();
    const response = await fetch(url, { dispatcher } as never);
    const body = await response.text();
    await dispatcher.close();
    return body;
  },
};

for (const [name, load] of Object.entries(COPIES)) {
  for (const [how, call] of Object.entries(CALLS)) {
    test(`${name}, ${how}: repeated once, and another origin not at all`, async (t) => {
      if (how.includes('global fetch') && name === 'undici 8' && process.versions.node.startsWith('2')) {
        const own = Number(process.versions.undici?.split('.')[0]);
        if (own < 8) return t.skip('the fetch of this Node.js has handlers that undici 8 refuses');
      }
      const undici = load();
      assert.equal(await call(undici, origin), 'body');
      assert.deepEqual(asked, [undefined, '2']);
      asked.length = 0;
      assert.equal(await call(undici, origin.replace('127.0.0.1', '127.0.0.2')), 'body');
      assert.deepEqual(asked, [undefined]);
    });
  }

  test(`${name}: a body in bytes is repeated where that is safe, a stream is not`, async () => {
    const { request } = load();
    const options = { method: 'POST', headers: { 'idempotency-key': 'k' } } as const;
    assert.equal((await request(origin, { ...options, body: 'bytes' })).statusCode, 200);
    asked.length = 0;
    assert.equal((await request(origin, { ...options, body: new PassThrough().end('x') })).statusCode, 503);
    assert.equal((await request(origin, { method: 'POST', body: 'no key' })).statusCode, 200);
  });

  test(`${name}, pipeline(): its body is a stream, so that it is sent once`, async () => {
    const { pipeline } = load();
    failing = 0;
    const body = pipeline(origin, { method: 'GET' }, ({ body: from }) => from as never).end();
    assert.equal(await text(body), 'body');
    assert.deepEqual(asked, [undefined]);
  });

  test(`${name}: its own retries and redirects are calls of their own`, async () => {
    const { Agent, interceptors, request } = load();
    const agent = new Agent();
    const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: 1 }));
    failing = 2;
    const { statusCode } = await request(`${origin}/elsewhere`, { dispatcher });
    assert.deepEqual([statusCode, asked], [200, [undefined, undefined, '2']]);
    await agent.close();
  });

  test(`${name}: the caller's abort ends it, and an answer comes in pieces`, async () => {
    const { request } = load();
    const caller = new AbortController();
    answer = () => caller.abort();
    await assert.rejects(request(origin, { signal: caller.signal }), { name: 'AbortError' });
    answer = (_request, response) => {
      response.write('x'.repeat(200_000));
      setImmediate(() => response.end('end'));
    };
    assert.equal((await (await request(origin)).body.text()).length, 200_003);
  });

  test(`${name}: dispatchers that are closed, mocks, and calls that undici refuses`, async () => {
    const { Agent, MockAgent, request } = load();
    const agent = new Agent();
    await agent.destroy();
    await assert.rejects(request(origin, { dispatcher: agent }), { code: 'UND_ERR_DESTROYED' });
    await assert.rejects(request(origin, { headers: { 'a b': 'c' } }), { code: 'UND_ERR_INVALID_ARG' });
    assert.deepEqual(asked, []);
    const mock = new MockAgent();
    mock.disableNetConnect();
    const pool = mock.get(origin);
    pool.intercept({ path: '/', method: 'GET' }).reply(503, 'no');
    pool.intercept({ path: '/', method: 'GET' }).reply(200, 'mocked');
    assert.equal(await (await request(`${origin}/`, { dispatcher: mock })).body.text(), 'mocked');
    await mock.close();
  });

  test(`${name}: through a proxy the origin is the one that is asked for`, async (t) => {
    const { ProxyAgent, request } = load();
    let tunnels = 0;
    const proxy = http.createServer((incoming, response) => {
      tunnels += 1;
      http.get({ ...portOf(origin), path: '/', agent: false, headers: incoming.headers }, (from) => {
        response.writeHead(from.statusCode ?? 0, from.headers);
        from.pipe(response);
      });
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const dispatcher = new ProxyAgent({
      uri: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      proxyTunnel: false,
    });
    t.after(async () => {
      await dispatcher.close();
      proxy.closeAllConnections();
      proxy.close();
    });
    failing = 0;
    answer = (incoming, response) => response.end(String(incoming.headers.host));
    assert.equal(await (await request(origin, { dispatcher })).body.text(), new URL(origin).host);
    assert.equal(tunnels, 1);
  });
}

function portOf(url: string): { host: string; port: string } {
  return { host: '127.0.0.1', port: new URL(url).port };
}

test('a copy inside of a bundle is reported when it calls a named origin, and covered from then on', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'respite-bundle-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = path.join(directory, 'bundle.cjs');
  await build({
    input: require.resolve('undici'),
    platform: 'node',
    output: { file, format: 'cjs' },
    logLevel: 'silent',
  });
  const { Agent, request } = require(file) as Undici;
  const dispatcher = new Agent();
  const warned = once(process, 'warning');
  assert.equal((await request(origin, { dispatcher })).statusCode, 503);
  const [warning] = (await warned) as [Error & { code: string }];
  assert.equal(warning.code, 'RESPITE_CLIENT_NOT_APPLIED');
  assert.ok(warning.message.includes(origin));
  asked.length = 0;
  assert.equal((await request(origin, { dispatcher })).statusCode, 200);
  assert.deepEqual(asked, [undefined, '2']);
  await dispatcher.close();
});

test('a call that is held back is a 503', async () => {
  restore();
  restore = policeOutbound({ origins: { [origin]: {} } });
  const { request, fetch: undiciFetch } = current();
  answer = (_request, response) => response.writeHead(503, { 'retry-after': '30' }).end();
  await (await request(origin)).body.dump();
  const { statusCode, headers, body } = await request(origin);
  assert.deepEqual([statusCode, headers['respite-held-back']], [503, 'retry-after']);
  assert.match(await body.text(), /was not sent/);
  assert.equal((await undiciFetch(origin)).headers.get('respite-held-back'), 'retry-after');
  assert.equal((await fetch(origin)).headers.get('respite-held-back'), 'retry-after');
  assert.equal(asked.length, 1);
});
