// An origin fails in every way it can, over real sockets and by the real clock, while users go on reading.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCache } from '../../src/cache/index.ts';

const RESOURCES = 20;
const EVERY_MS = 10;
const LASTS_MS = 2000;
/** When the first have found out: the deadline of a second, and some time to do so. */
const FOUND_OUT_MS = 1200;

interface Origin {
  readonly server: http.Server;
  fault: 'none' | 'hang' | 'error' | 'reset';
}

const FAULTS: Readonly<Record<string, (origin: Origin) => Promise<void> | void>> = {
  hangs: (origin) => {
    origin.fault = 'hang';
  },
  'answers 500': (origin) => {
    origin.fault = 'error';
  },
  'resets connections': (origin) => {
    origin.fault = 'reset';
  },
  'is gone': async ({ server }) => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  },
};

for (const [how, fail] of Object.entries(FAULTS)) {
  test(`an origin that ${how}: everything is served, by the first within the deadline, by the others at once`, async (t) => {
    const server = http.createServer((request, response) => {
      if (origin.fault === 'hang') return;
      if (origin.fault === 'reset') request.socket.destroy();
      // Fresh for no time at all: each request asks, and could have something stale.
      response.setHeader('cache-control', 'max-age=0').setHeader('etag', '"1"');
      response.statusCode = origin.fault === 'error' ? 500 : 200;
      response.end(request.url);
    });
    const origin: Origin = { server, fault: 'none' };
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const cache = createCache();
    t.after(async () => {
      server.closeAllConnections();
      server.close();
      await cache.close();
    });
    const paths = Array.from({ length: RESOURCES }, (_, i) => `/${i}`);
    for (const path of paths) assert.equal(await (await cache.fetch(url + path)).text(), path);
    while (cache.stats().requestsInFlight > 0) await sleep(1);

    await fail(origin);
    const startedMs = performance.now();
    const waits: Promise<{ atMs: number; tookMs: number }>[] = [];
    const read = async (path: string): Promise<{ atMs: number; tookMs: number }> => {
      const atMs = performance.now();
      const response = await cache.fetch(url + path);
      assert.equal(response.status, 200);
      assert.equal(await response.text(), path);
      return { atMs: atMs - startedMs, tookMs: performance.now() - atMs };
    };
    for (let i = 0; performance.now() - startedMs < LASTS_MS; i += 1) {
      waits.push(read(paths[i % RESOURCES] ?? ''));
      await sleep(EVERY_MS);
    }
    const all = await Promise.all(waits);
    assert.ok(all.length > 50);
    const slowest = (from: number, until: number): number =>
      Math.max(...all.filter(({ atMs }) => atMs >= from && atMs < until).map(({ tookMs }) => tookMs));
    assert.ok(slowest(0, FOUND_OUT_MS) < 2000, `the first waited ${slowest(0, FOUND_OUT_MS)} ms`);
    const later = all.filter(({ atMs }) => atMs >= FOUND_OUT_MS).map(({ tookMs }) => tookMs);
    // The middle one, as other things run on the machine of a test.
    const middle = later.toSorted((a, b) => a - b)[later.length >> 1] ?? NaN;
    assert.ok(middle < 5, `the others waited ${middle} ms`);
    assert.equal(cache.stats().requests.failed, 0);
  });
}
