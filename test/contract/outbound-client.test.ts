// The client against real servers: what only sockets can show.
import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { protect } from '../../src/index.ts';
import { type Client, createClient } from '../../src/client/index.ts';

async function serve(
  t: TestContext,
  listener: http.RequestListener,
): Promise<{ server: http.Server; url: string }> {
  const server = http.createServer(listener).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** Answers requests over plain TCP by number; undefined closes the connection instead. */
async function serveRaw(
  t: TestContext,
  answer: (head: string) => string | undefined,
): Promise<{ url: string; heads: string[] }> {
  const heads: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = net
    .createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('data', (data) => {
        const head = data.toString('latin1');
        heads.push(head);
        const text = answer(head);
        if (text === undefined) socket.resetAndDestroy();
        else socket.write(text);
      });
    })
    .listen(0, '127.0.0.1');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, heads };
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** The server closes kept-alive connections with the second request on them: the race that a client cannot avoid. */
async function racing(t: TestContext): Promise<{ url: string; heads: string[] }> {
  let answered = 0;
  return await serveRaw(t, () => {
    answered += 1;
    return answered % 2 === 1 ? OK : undefined;
  });
}

test('a GET survives the end of its kept-alive connection', async (t) => {
  const { url } = await racing(t);
  const client = createClient({ retry: { budget: 1 } });
  for (let i = 0; i < 10; i += 1) assert.equal(await (await client.fetch(url)).text(), 'ok');
  assert.equal(client.stats(url)?.calls, 10);
  assert.ok((client.stats(url)?.retries ?? 0) >= 5);
});

test('a POST is never sent twice over it', async (t) => {
  const { url, heads } = await racing(t);
  const client = createClient();
  const results = [];
  for (let i = 0; i < 10; i += 1) {
    const call = client.fetch(url, { method: 'POST', body: `n=${i}` });
    results.push(await call.then(async (response) => await response.text()).catch(() => 'failed'));
  }
  assert.ok(results.includes('failed') && results.includes('ok'));
  assert.equal(heads.filter((head) => head.startsWith('POST')).length, 10);
});

test('a POST whose connection is refused is repeated', async (t) => {
  const { server, url } = await serve(t, (_request, response) => response.end());
  const { port } = server.address() as AddressInfo;
  // While the server has this port at one address, no other process can listen to it at another.
  const refusing = `http://127.0.0.99:${port}`;
  const client = createClient({ retry: { baseMs: 0 } });
  const init = { method: 'POST', body: 'x', redirect: 'manual' } as const;
  await assert.rejects(client.fetch(refusing, init), TypeError);
  assert.equal(client.stats(refusing)?.attempts, 3);
  assert.equal((await client.fetch(url, init)).status, 200);
});

test('an attempt that hangs is aborted on its connection, and the next one is served', async (t) => {
  let requests = 0;
  const gone = Promise.withResolvers<void>();
  const { url } = await serve(t, (request, response) => {
    requests += 1;
    if (requests === 1) response.on('close', gone.resolve);
    else response.end(String(request.headers['respite-attempt']));
  });
  const client = createClient({ attemptTimeoutMs: 1000, retry: { baseMs: 0 } });
  const response = await client.fetch(url);
  assert.ok(Number(await response.text()) >= 2);
  await gone.promise;
});

test('a caller can still abort the body, and leaves nothing on its signal after an answer without one', async (t) => {
  const closed = Promise.withResolvers<void>();
  const { url } = await serve(t, (request, response) => {
    if (request.method === 'HEAD') response.end();
    else {
      response.on('close', closed.resolve);
      response.write('first');
    }
  });
  const client: Client = createClient();
  const caller = new AbortController();
  await client.fetch(url, { method: 'HEAD', signal: caller.signal });
  assert.equal(getEventListeners(caller.signal, 'abort').length, 0);
  const response = await client.fetch(url, { signal: caller.signal });
  const reason = new Error('left');
  const body = response.text();
  caller.abort(reason);
  await assert.rejects(body, reason);
  await closed.promise;
});

test('the deadline ends a body that never ends', async (t) => {
  const { url } = await serve(t, (_request, response) => {
    response.write('first');
  });
  const client = createClient();
  const text = client.fetch(url, { deadlineMs: 500 }).then(async (response) => await response.text());
  await assert.rejects(text, { code: 'RESPITE_CLIENT_TIMEOUT' });
});

test('Retry-After of one response holds back the next calls, without a request', async (t) => {
  let requests = 0;
  const { url } = await serve(t, (_request, response) => {
    requests += 1;
    response.writeHead(429, { 'retry-after': '60' }).end('later');
  });
  const client = createClient();
  const calls = await Promise.all(Array.from({ length: 5 }, async () => await client.fetch(url)));
  assert.ok(calls.every(({ status }) => status === 429));
  const sent = requests;
  const held = await client.fetch(url);
  assert.equal(held.headers.get('respite-held-back'), 'retry-after');
  assert.ok(Number(held.headers.get('retry-after')) >= 59);
  assert.equal(requests, sent);
});

test('responses that are not wanted free their connections', async (t) => {
  const sockets = new Set<net.Socket>();
  let requests = 0;
  const { server, url } = await serve(t, (_request, response) => {
    requests += 1;
    response.writeHead(requests % 2 === 1 ? 503 : 200, { 'content-length': 5 }).end('hello');
  });
  server.on('connection', (socket) => sockets.add(socket));
  const client = createClient({ retry: { baseMs: 0, budget: 1 }, throttle: false });
  for (let i = 0; i < 20; i += 1) assert.equal(await (await client.fetch(url)).text(), 'hello');
  assert.equal(requests, 40);
  assert.ok(sockets.size <= 10, `${sockets.size} connections`);
});

test('calls take over class and deadline of the request that is handled, less the time used', async (t) => {
  const seen: http.IncomingHttpHeaders[] = [];
  const bottom = await serve(t, (request, response) => {
    seen.push(request.headers);
    response.end();
  });
  const client = createClient();
  const { server, url } = await serve(t, (_request, response) => {
    void client.fetch(bottom.url).then(() => response.end());
  });
  const protection = protect(server, { defaultCriticality: 'sheddable-plus' });
  t.after(() => {
    protection.stop();
  });
  await fetch(url, { headers: { 'respite-deadline-ms': '60000' } });
  await fetch(url);
  const [within, without] = seen;
  assert.equal(within?.['respite-criticality'], 'sheddable-plus');
  const left = Number(within?.['respite-deadline-ms']);
  assert.ok(left > 0 && left < 60_000, `${left}`);
  assert.equal(without?.['respite-deadline-ms'], undefined);
});

test('when the caller of a request leaves, the calls made for it are aborted', async (t) => {
  const begun = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  const bottom = await serve(t, (_request, response) => {
    response.on('close', aborted.resolve);
    begun.resolve();
  });
  const client = createClient();
  const failed = Promise.withResolvers<unknown>();
  const { server, url } = await serve(t, () => {
    client.fetch(bottom.url).catch(failed.resolve);
  });
  const protection = protect(server);
  t.after(() => {
    protection.stop();
  });
  const caller = new AbortController();
  const call = fetch(url, { signal: caller.signal });
  await begun.promise;
  caller.abort();
  await assert.rejects(call);
  assert.match(String(await failed.promise), /the caller of the request has left/);
  await aborted.promise;
});
