// What the client does for calls of node:http to an origin that the configuration names.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test, type TestContext } from 'node:test';
import { protect } from '../../src/index.ts';
import { observeOutbound } from '../../src/outbound/observe.ts';
import { ObservedOrigins } from '../../src/outbound/observed-origins.ts';
import { policeOutbound } from '../../src/outbound/index.ts';
import type { OutboundOptions } from '../../src/outbound/index.ts';
import { until } from '../harness/until.ts';

type Options = Omit<OutboundOptions, 'origins'>;

interface Scene {
  readonly url: string;
  readonly asked: http.IncomingMessage[];
}

const ANSWERS = {
  fails: (_request: http.IncomingMessage, response: http.ServerResponse) => {
    response.writeHead(503).end('no');
  },
  failsSlowly: (_request: http.IncomingMessage, response: http.ServerResponse) => {
    response.writeHead(503).write('no');
  },
  later: (_request: http.IncomingMessage, response: http.ServerResponse) => {
    response.writeHead(503, { 'retry-after': '30' }).end('later');
  },
  serves: (request: http.IncomingMessage, response: http.ServerResponse) => {
    response.end(`served ${request.method}`);
  },
  resets: (request: http.IncomingMessage) => void request.socket.destroy(),
  stalls: (_request: http.IncomingMessage, response: http.ServerResponse) => {
    response.write('begun');
  },
  hangs: () => {},
};

async function scene(
  t: TestContext,
  answers: readonly (keyof typeof ANSWERS)[],
  options: Options = {},
  isDryRun = false,
): Promise<Scene> {
  const asked: http.IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request);
    ANSWERS[answers[Math.min(asked.length, answers.length) - 1] ?? 'serves'](request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const restore = policeOutbound(
    { origins: { [url]: {} }, retry: { baseMs: 1 }, ...options },
    () => isDryRun,
  );
  t.after(() => {
    restore();
    server.closeAllConnections();
    server.close();
  });
  return { url, asked };
}

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly events: readonly string[];
}

/** Resolves when the request is over. */
function answerOf(request: http.ClientRequest): Promise<Answer> {
  const events: string[] = [];
  for (const event of ['socket', 'finish', 'response', 'error', 'close']) {
    request.on(event, () => events.push(event));
  }
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      void Promise.all([text(response), once(request, 'close')]).then(([body]) =>
        resolve({ status: response.statusCode, body, headers: response.headers, events }),
      );
    });
  });
}

test('a GET is repeated, and its caller sees one request', async (t) => {
  const { url, asked } = await scene(t, ['fails', 'resets', 'serves']);
  const request = http.request(url, { headers: { 'X-Own': '1' } });
  request.setHeader('x-later', '2');
  request.end();
  const { status, body, events } = await answerOf(request);
  assert.deepEqual([status, body], [200, 'served GET']);
  assert.deepEqual(events, ['socket', 'finish', 'response', 'close']);
  assert.equal(request.destroyed, true);
  assert.deepEqual(
    asked.map(({ headers }) => [headers['respite-attempt'], headers['x-own'], headers['x-later']]),
    [
      [undefined, '1', '2'],
      ['2', '1', '2'],
      ['3', '1', '2'],
    ],
  );
});

test('a request with a body is sent once', async (t) => {
  const { url, asked } = await scene(t, ['fails', 'serves']);
  const request = http.request(url, { method: 'POST', headers: { 'idempotency-key': 'k' } });
  request.end('body');
  assert.equal((await answerOf(request)).status, 503);
  assert.equal(asked.length, 1);
});

test('a PUT without a body is repeated where it is idempotent, or has a key', async (t) => {
  const { url, asked } = await scene(t, ['fails', 'serves']);
  const request = http.request(url, { method: 'PUT', headers: { 'Idempotency-Key': 'k' } }).end();
  assert.equal((await answerOf(request)).body, 'served PUT');
  assert.equal(asked.length, 2);
});

test('connections of one agent stay apart, however slowly the response ends that is not wanted', async (t) => {
  const { url } = await scene(t, ['failsSlowly', 'fails', 'serves', 'fails', 'serves'], {
    retry: { baseMs: 1, budget: 1, attempts: 5 },
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  t.after(() => agent.destroy());
  for (let i = 0; i < 10; i += 1) {
    const answers = await Promise.all([1, 2, 3].map(() => answerOf(http.get(url, { agent }))));
    for (const { body, events } of answers) {
      assert.match(body, /^served GET$|^no$/);
      assert.deepEqual(events, ['socket', 'finish', 'response', 'close']);
    }
  }
  assert.ok(Object.values(agent.sockets).flat().length === 0);
});

test('a call that is held back is a 503, and nothing is sent', async (t) => {
  const { url, asked } = await scene(t, ['later']);
  await answerOf(http.get(url));
  const observed = new ObservedOrigins();
  t.after(observeOutbound(observed));
  const kinds: Readonly<Record<string, () => Promise<Answer> | Answer>> = {
    get: () => answerOf(http.get(url, { agent: new http.Agent({ keepAlive: true }) })),
    head: () => answerOf(http.request(url, { method: 'HEAD' }).end()),
    post: () => answerOf(http.request(url, { method: 'POST' }).end('x'.repeat(100_000))),
    expecting: () => {
      const request = http.request(url, { method: 'POST', headers: { expect: '100-continue' } });
      request.flushHeaders();
      return answerOf(request);
    },
    piped: async () => {
      const request = http.request(url, { method: 'POST', timeout: 1000 });
      const answer = answerOf(request);
      await pipeline(Readable.from(['a', 'b']), request);
      return await answer;
    },
  };
  for (const [kind, call] of Object.entries(kinds)) {
    const { status, headers, body, events } = await call();
    assert.deepEqual([status, headers['respite-held-back']], [503, 'retry-after'], kind);
    assert.ok(Number(headers['retry-after']) > 0);
    assert.equal(body.includes('was not sent'), kind !== 'head');
    assert.deepEqual(
      events.filter((event) => event !== 'finish'),
      ['socket', 'response', 'close'],
      kind,
    );
  }
  assert.equal(asked.length, 1);
  assert.equal(observed.read(() => false, 0).size, 0);
});

test('an attempt that takes too long is repeated; a call that does fails', async (t) => {
  const { url, asked } = await scene(t, ['hangs', 'serves', 'hangs'], {
    attemptTimeoutMs: 100,
    deadlineMs: 300,
  });
  assert.equal((await answerOf(http.get(url))).status, 200);
  const request = http.request(url, { method: 'POST' }).end('x');
  await assert.rejects(answerOf(request), { code: 'RESPITE_CLIENT_TIMEOUT' });
  assert.equal(request.destroyed, true);
  assert.equal(asked.length, 3);
});

test('the time that the caller takes for its body is no time of the attempt', async (t) => {
  const { url } = await scene(t, ['serves'], { attemptTimeoutMs: 30 });
  const request = http.request(url, { method: 'POST' });
  const answer = answerOf(request);
  request.write('a');
  setTimeout(() => request.end(), 100);
  assert.equal((await answer).status, 200);
});

test('an error that the client makes does not end a process that listens to none', async (t) => {
  const { url } = await scene(t, ['hangs'], { deadlineMs: 20 });
  await new Promise((resolve) => void http.get(url).on('close', resolve));
});

test('nor does one within the response', async (t) => {
  const { url } = await scene(t, ['stalls'], { deadlineMs: 50 });
  const request = http.get(url, (response) => response.resume());
  await new Promise((resolve) => void request.on('close', resolve));
  const heard = http.get(url, (response) => response.resume());
  const failed = once(heard, 'close');
  await assert.rejects(failed, { code: 'RESPITE_CLIENT_TIMEOUT' });
});

test('a caller can destroy its request between two attempts, and in the second', async (t) => {
  const { url, asked } = await scene(t, ['fails', 'hangs'], { retry: { baseMs: 5000, maxMs: 5000 } });
  const request = http.get(url);
  const failed = assert.rejects(answerOf(request), { code: 'ECONNRESET', message: 'socket hang up' });
  await until('it was answered once', () => asked.length === 1 && 'res' in request && request.res !== null);
  request.destroy();
  await failed;
  assert.equal(request.destroyed, true);
});

test('a caller can destroy its request in the second attempt', async (t) => {
  const { url, asked } = await scene(t, ['fails', 'hangs']);
  const caller = new AbortController();
  const request = http.get(url, { signal: caller.signal });
  const failed = assert.rejects(answerOf(request), { name: 'AbortError' });
  await until('it was sent twice', () => asked.length === 2);
  const gone = once(asked[1]?.socket as Socket, 'close');
  caller.abort();
  await Promise.all([failed, gone]);
});

test('an agent that throws fails its call and ends nothing', async (t) => {
  const { url } = await scene(t, ['fails', 'serves']);
  class Throws extends http.Agent {
    calls = 0;
    override createConnection(
      ...values: Parameters<http.Agent['createConnection']>
    ): ReturnType<http.Agent['createConnection']> {
      this.calls += 1;
      if (this.calls > 1) throw new Error('no more');
      return super.createConnection(...values);
    }
  }
  await assert.rejects(answerOf(http.get(url, { agent: new Throws() })), { message: 'no more' });
});

test('connections that the program destroys itself are not made anew', async (t) => {
  const { url, asked } = await scene(t, ['hangs']);
  const agent = new http.Agent({ keepAlive: true });
  const failed = assert.rejects(answerOf(http.get(url, { agent })), { code: 'ECONNRESET' });
  await until('it has arrived', () => asked.length === 1);
  agent.destroy();
  await failed;
  assert.equal(asked.length, 1);
});

test('class, deadline and departure of the request that is handled go along', async (t) => {
  const { url, asked } = await scene(t, ['hangs']);
  let failed: Promise<void> | undefined;
  const front = http.createServer(() => {
    failed = assert.rejects(answerOf(http.get(url)), { message: 'the caller of the request has left' });
  });
  protect(front);
  await once(front.listen(0, '127.0.0.1'), 'listening');
  t.after(() => front.close());
  const { port } = front.address() as AddressInfo;
  const caller = http.get({ port, host: '127.0.0.1', headers: { 'respite-deadline-ms': '20000' } });
  caller.on('error', () => {});
  await until('it was passed on', () => asked.length === 1);
  assert.equal(asked[0]?.headers['respite-criticality'], 'critical');
  assert.match(String(asked[0]?.headers['respite-deadline-ms']), /^1\d{4}$/);
  caller.destroy();
  await until('it has ended', () => failed !== undefined);
  await failed;
});

test('a dry run sends each request once, as it is', async (t) => {
  const { url, asked } = await scene(
    t,
    ['later', 'fails', 'hangs'],
    { attemptTimeoutMs: 1, deadlineMs: 1 },
    true,
  );
  assert.equal((await answerOf(http.get(url))).body, 'later');
  assert.equal((await answerOf(http.get(url))).body, 'no');
  assert.equal(asked.length, 2);
  assert.deepEqual(
    asked[1]?.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()),
    ['host', 'connection'],
  );
});

test('origins by another name, and other origins, are left as they are', async (t) => {
  const { url, asked } = await scene(t, ['fails']);
  const { port } = new URL(url);
  assert.equal(
    (await answerOf(http.get({ host: 'localhost', port, lookup: toLoopback } as never))).status,
    503,
  );
  assert.equal(asked.length, 1);
  const byHost = http.get({ host: '127.0.0.1', port, headers: { host: 'elsewhere.internal' } });
  assert.equal((await answerOf(byHost)).status, 503);
  assert.equal(asked.length, 2);
});

function toLoopback(_name: string, options: { all?: boolean }, done: (...values: unknown[]) => void): void {
  if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
  else done(null, '127.0.0.1', 4);
}
