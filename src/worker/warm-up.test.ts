import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { test } from 'node:test';
import { canWarmUp, warmUp, type WarmUpNews } from './warm-up.ts';

async function run(
  listener: RequestListener,
  requests: readonly string[],
  { timeoutMs = 60_000, signal = new AbortController().signal } = {},
): Promise<WarmUpNews[]> {
  const server = createServer(listener);
  assert.ok(canWarmUp(server));
  const news: WarmUpNews[] = [];
  await warmUp(server, { requests, timeoutMs, signal, onNews: (each) => news.push(each) });
  return news;
}

test('requests come one after the other, to a server that need not listen', async () => {
  const seen: string[] = [];
  const news = await run(
    (request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers['user-agent']}`);
      response.end('x'.repeat(200_000));
    },
    ['GET /a?b=c', 'HEAD /d'],
  );
  assert.deepEqual(seen, ['GET /a?b=c respite-warm-up', 'HEAD /d respite-warm-up']);
  assert.deepEqual(news, []);
});

test('failures are told, and the next request is made', async () => {
  const news = await run(
    ({ url }, response) => {
      if (url === '/gone') response.destroy();
      else response.writeHead(url === '/broken' ? 503 : 404).end();
    },
    ['GET /broken', 'GET /gone', 'GET /missing'],
  );
  assert.deepEqual(
    news.map(({ done, of, failure }) => [done, of, failure]),
    [
      [1, 3, 'GET /broken was answered with 503'],
      [2, 3, 'GET /gone had no answer'],
    ],
  );
});

test('without time left nothing is asked any more', async () => {
  const [news] = await run((_request, response) => response.end(), ['GET /', 'GET /'], { timeoutMs: 0 });
  assert.equal(news?.failure, 'no time is left for 2 requests');
});

test('it ends when the worker is to accept', async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const news = await run(
    ({ url }) => {
      seen.push(url ?? '');
      stop.abort();
    },
    ['GET /waits', 'GET /never'],
    { signal: stop.signal },
  );
  assert.deepEqual(seen, ['/waits']);
  assert.deepEqual(news, []);
});

test('a server of node:https is asked behind its encryption', async () => {
  const seen: string[] = [];
  const server = createSecureServer((request, response) => {
    seen.push(request.url ?? '');
    response.end();
  });
  const onNews = ({ failure }: WarmUpNews): void => assert.fail(failure);
  const { signal } = new AbortController();
  await warmUp(server, { requests: ['GET /a'], timeoutMs: 60_000, signal, onNews });
  assert.deepEqual(seen, ['/a']);
});
