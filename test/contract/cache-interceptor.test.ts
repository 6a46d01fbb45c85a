// The cache under undici's own functions.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Agent, type Dispatcher, fetch as undiciFetch, request, stream } from 'undici';
import { type Cache, createCache, type CacheOptions } from '../../src/cache/index.ts';

interface Scene {
  readonly url: string;
  readonly cache: Cache;
  readonly dispatcher: Dispatcher;
  readonly asked: http.IncomingMessage[];
}

async function scene(t: TestContext, listener: http.RequestListener, options?: CacheOptions): Promise<Scene> {
  const asked: http.IncomingMessage[] = [];
  const server = http.createServer((incoming, response) => {
    asked.push(incoming);
    listener(incoming, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent();
  const cache = createCache(options);
  t.after(async () => {
    await agent.destroy();
    server.closeAllConnections();
    server.close();
    await cache.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, cache, dispatcher: agent.compose(cache.interceptor()), asked };
}

const fresh: http.RequestListener = (_request, response) => {
  response.writeHead(200, { 'cache-control': 'max-age=60', 'x-a': 'ü' }).end('body');
};

test('request() is answered from the cache', async (t) => {
  const { url, dispatcher, asked } = await scene(t, fresh);
  const first = await request(url, { dispatcher });
  assert.equal(await first.body.text(), 'body');
  assert.match(String(first.headers['cache-status']), /fwd=uri-miss.*stored/);
  const second = await request(url, { dispatcher });
  assert.equal(await second.body.text(), 'body');
  assert.equal(second.statusCode, 200);
  assert.match(String(second.headers['cache-status']), /hit; ttl=/);
  assert.equal(asked.length, 1);
});

test("undici's fetch and ours share what is stored", async (t) => {
  const { url, dispatcher, asked, cache } = await scene(t, fresh);
  const first = await undiciFetch(url, { dispatcher });
  assert.equal(await first.text(), 'body');
  const second = await undiciFetch(url, { dispatcher });
  assert.equal(await second.text(), 'body');
  assert.match(second.headers.get('cache-status') ?? '', /hit/);
  assert.equal(second.headers.get('x-a'), first.headers.get('x-a'));
  assert.equal(await (await cache.fetch(url)).text(), 'body');
  assert.equal(asked.length, 1);
});

test('what is stored compressed is for those who decompress it themselves', async (t) => {
  const { url, dispatcher, cache, asked } = await scene(t, (_request, response) => {
    response
      .writeHead(200, { 'cache-control': 'max-age=60', 'content-encoding': 'gzip' })
      .end(gzipSync('plain'));
  });
  for (let i = 0; i < 2; i += 1) {
    assert.equal(await (await undiciFetch(url, { dispatcher })).text(), 'plain');
  }
  assert.equal(asked.length, 1);
  assert.equal(await (await cache.fetch(url)).text(), 'plain');
  const now = await request(url, { dispatcher });
  assert.equal(await now.body.text(), 'plain', 'stored decoded by now, and it says so');
  assert.equal(now.headers['content-encoding'], undefined);
});

test('queries and headers in every shape that undici takes', async (t) => {
  const { url, dispatcher, asked } = await scene(t, (_request, response) => {
    response.writeHead(200, { 'cache-control': 'max-age=60', vary: 'x-a' }).end('body');
  });
  for (const headers of [{ 'X-A': '1' }, ['x-a', '1'], new Map([['x-a', '1']])]) {
    for (const target of [{ url, query: { q: 'a b' } }, { url: `${url}?q=a%20b` }]) {
      const { body } = await request(target.url, {
        dispatcher,
        headers,
        query: target.query ?? undefined,
      } as object);
      await body.text();
    }
  }
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.url, '/?q=a%20b');
});

test('a stale response is validated, and made fresh by 304', async (t) => {
  let now = Date.now();
  const { url, dispatcher, asked } = await scene(
    t,
    (incoming, response) => {
      response.setHeader('date', new Date(now).toUTCString());
      response.setHeader('cache-control', 'max-age=60').setHeader('etag', '"a"');
      response.statusCode = incoming.headers['if-none-match'] === '"a"' ? 304 : 200;
      response.end(response.statusCode === 200 ? 'body' : undefined);
    },
    { now: () => now },
  );
  for (const wait of [0, 100_000, 1000]) {
    now += wait;
    const { body, statusCode } = await request(url, { dispatcher });
    assert.equal(await body.text(), 'body');
    assert.equal(statusCode, 200);
  }
  assert.equal(asked.length, 2);
});

test('50 at once are one request; a caller that gives up harms no other', async (t) => {
  const { url, dispatcher, asked } = await scene(t, (_request, response) => {
    setTimeout(() => response.writeHead(200, { 'cache-control': 'max-age=60' }).end('body'), 50);
  });
  const leaving = new AbortController();
  const first = request(url, { dispatcher, signal: leaving.signal });
  const others = Array.from({ length: 49 }, () =>
    request(url, { dispatcher }).then(({ body }) => body.text()),
  );
  leaving.abort(new Error('gone'));
  await assert.rejects(first, /gone/);
  assert.deepEqual(new Set(await Promise.all(others)), new Set(['body']));
  assert.ok(asked.length <= 2);
});

test('uploads go through, and make what is stored invalid', async (t) => {
  const { url, dispatcher, asked } = await scene(t, (incoming, response) => {
    let text = '';
    incoming.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    incoming.on('end', () => {
      response.writeHead(200, { 'cache-control': 'max-age=60', 'set-cookie': ['a=1', 'b=2'] });
      response.end(`${incoming.method} ${text}`);
    });
  });
  const posted = await request(url, { dispatcher, method: 'POST', body: 'x'.repeat(100_000) });
  assert.equal((await posted.body.text()).length, 'POST '.length + 100_000);
  assert.deepEqual(posted.headers['set-cookie'], ['a=1', 'b=2']);
  assert.equal(asked.length, 1);
});

test('a large hit waits for a slow reader, and comes whole', async (t) => {
  const size = 3_000_000;
  const { url, dispatcher, asked } = await scene(t, (_request, response) => {
    response.writeHead(200, { 'cache-control': 'max-age=60' }).end(Buffer.alloc(size, 'x'));
  });
  await (await request(url, { dispatcher })).body.arrayBuffer();
  const { body } = await request(url, { dispatcher });
  let read = 0;
  for await (const chunk of body) {
    read += (chunk as Buffer).length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(read, size);
  assert.equal(asked.length, 1);
});

/** Streams of Node.js before 26 join the first chunks into a copy, which is the reader's own and can be taken away. */
function isTakenAway(buffer: ArrayBuffer): boolean {
  try {
    structuredClone(buffer, { transfer: [buffer] });
    return true;
  } catch (error) {
    assert.equal((error as Error).name, 'DataCloneError');
    return false;
  }
}

test('what is stored is lent: it can not be taken away, and is read without a copy', async (t) => {
  const { url, dispatcher } = await scene(t, (_request, response) => {
    response.writeHead(200, { 'cache-control': 'max-age=60' }).end(Buffer.alloc(200_000, 'x'));
  });
  await (await request(url, { dispatcher })).body.arrayBuffer();
  const memory = new Set<unknown>();
  for (let i = 0; i < 3; i += 1) {
    const { body } = await request(url, { dispatcher });
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const buffer = chunk.buffer as ArrayBuffer;
      if (!isTakenAway(buffer)) memory.add(buffer);
    }
  }
  assert.equal(memory.size, 1);
  const { body } = await request(url, { dispatcher });
  new Uint8Array(await body.arrayBuffer()).fill(0);
  assert.equal(await (await request(url, { dispatcher })).body.text(), 'x'.repeat(200_000));
});

test('who gives up in the middle of a hit gets no more of it', async (t) => {
  const { url, dispatcher } = await scene(t, (_request, response) => {
    response.writeHead(200, { 'cache-control': 'max-age=60' }).end(Buffer.alloc(1_000_000, 'x'));
  });
  await (await request(url, { dispatcher })).body.arrayBuffer();
  const leaving = new AbortController();
  const { body } = await request(url, { dispatcher, signal: leaving.signal });
  const read = async (): Promise<void> => {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      assert.ok(chunk.length < 1_000_000);
      leaving.abort(new Error('gone'));
    }
  };
  await assert.rejects(read(), /gone/);
});

test("below undici's fetch each hop of a redirect is stored", async (t) => {
  const { url, dispatcher, asked } = await scene(t, (incoming, response) => {
    response.setHeader('cache-control', 'max-age=60');
    if (incoming.url === '/') response.writeHead(301, { location: '/new' }).end();
    else response.end('new');
  });
  for (let i = 0; i < 3; i += 1) {
    const response = await undiciFetch(url, { dispatcher });
    assert.equal(await response.text(), 'new');
    assert.equal(response.url, `${url}new`);
  }
  assert.equal(asked.length, 2);
});

test('errors come out as errors', async (t) => {
  const { url, dispatcher } = await scene(t, (incoming) => incoming.socket.destroy());
  await assert.rejects(request(url, { dispatcher }), { code: 'UND_ERR_SOCKET' });
  await assert.rejects(
    stream(url, { dispatcher, method: 'GET' }, () => assert.fail('no response has come')),
    { code: 'UND_ERR_SOCKET' },
  );
});

test('interim responses and trailers reach the one who asked; neither is stored', async (t) => {
  const link = '</style.css>; rel=preload';
  const { url, dispatcher } = await scene(t, (incoming, response) => {
    response.writeEarlyHints({ link });
    const isStored = incoming.url === '/stored';
    response.writeHead(200, { 'cache-control': isStored ? 'max-age=60' : 'no-store', trailer: 'x-sum' });
    response.write('body');
    response.addTrailers({ 'x-sum': '7' });
    response.end();
  });
  const ask = async (path: string): Promise<{ interim: unknown[]; trailers: unknown; link: unknown }> => {
    const interim: unknown[] = [];
    const { body, trailers, headers } = await request(url + path, {
      dispatcher,
      onInfo: (info) => interim.push([info.statusCode, info.headers['link']]),
    });
    assert.equal(await body.text(), 'body');
    return { interim, trailers: { ...trailers }, link: headers['link'] };
  };
  const passed = { interim: [[103, link]], trailers: { 'x-sum': '7' }, link: undefined };
  assert.deepEqual(await ask('passed'), passed);
  assert.deepEqual(await ask('stored'), { ...passed, trailers: {} });
  assert.deepEqual(await ask('stored'), { interim: [], trailers: {}, link: undefined });
});

test('a body that breaks off fails its reader; the next caller gets what is stale', async (t) => {
  let now = Date.now();
  let answers = 0;
  const options = { now: () => now };
  const { url, dispatcher, asked } = await scene(
    t,
    (_incoming, response) => {
      answers += 1;
      const date = new Date(now).toUTCString();
      response.writeHead(200, { 'cache-control': 'max-age=10', 'content-length': '8', date });
      if (answers === 1) response.end('complete');
      else response.write('comp', () => response.socket?.destroy());
    },
    options,
  );
  const ask = async (): Promise<string> => (await request(url, { dispatcher })).body.text();
  assert.equal(await ask(), 'complete');
  now += 11_000;
  await assert.rejects(ask(), { code: 'UND_ERR_SOCKET' });
  for (let i = 0; i < 5; i += 1) assert.equal(await ask(), 'complete');
  assert.equal(asked.length, 2);
});
