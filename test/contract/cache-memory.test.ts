// How much memory a process holds that reads through a cache.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';

type Report = Readonly<Record<string, number>>;

async function reads(task: 'urls' | 'readers', settings: object): Promise<readonly Report[]> {
  const script = path.join(import.meta.dirname, 'cache-memory/reads.mjs');
  const child = spawn(process.execPath, ['--expose-gc', script, task, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0);
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Report);
}

// `reads.mjs urls {"count":1000000,…}` is the same with a million; it takes minutes.
test('any number of URLs: the store keeps its limit, and the process grows no more once it is full', async () => {
  const limitBytes = 4 * 1024 * 1024;
  const found = await reads('urls', { count: 20_000, limitBytes, bodyBytes: 1000 });
  // The first quarter fills the store. From then on a leak of 130 bytes a URL is 2 MB.
  const [, quarter, , , last] = found;
  assert.ok(quarter !== undefined && last !== undefined);
  assert.equal(last['stored'], 20_000);
  assert.ok((last['bytes'] ?? NaN) <= limitBytes);
  const held = (report: Report): number => (report['heapUsed'] ?? NaN) + (report['external'] ?? NaN);
  assert.ok(held(last) < held(quarter) + 2, `${held(quarter)} MB, then ${held(last)} MB`);
});

test('slow readers of bodies of 10 MB, too large to store, hold what they have not read and no more', async (t) => {
  const body = Buffer.alloc(10_000_000, 'x');
  const server = http.createServer((_request, response) => {
    response.writeHead(200, { 'cache-control': 'max-age=60' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const [before, after] = await reads('readers', { url, count: 40, ms: 4000, pieceEveryMs: 50 });
  assert.ok(before !== undefined && after !== undefined);
  assert.ok((after['read'] ?? 0) > 1, 'they do read');
  // 40 readers would hold 8 MiB each, 335 MB, if nothing but the largest that is stored were the limit. It is 64 MiB for all, besides
  // what is on its way in sockets and streams, and what the collector has not taken back yet.
  const grown = (after['peakRss'] ?? NaN) - (before['rss'] ?? NaN);
  assert.ok(grown < 200, `${grown} MB more`);
});
