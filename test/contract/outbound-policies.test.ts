// The global fetch under a configuration that names origins.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { policeOutbound } from '../../src/outbound/index.ts';

/** Attempts that arrived, by path. */
const asked = new Map<string, number>();
const server = http.createServer((request, response) => {
  const { url = '' } = request;
  asked.set(url, (asked.get(url) ?? 0) + 1);
  response.writeHead(asked.get(url) === 1 ? 503 : 200).end(String(request.headers['respite-attempt']));
});
const direct = globalThis.fetch;
let origin = '';
let restore = (): void => {};

before(async () => {
  await once(server.listen(0, '0.0.0.0'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(() => {
  restore();
  server.closeAllConnections();
  server.close();
});

test('calls to origins that are named go through a client, others do not', async (t) => {
  restore = policeOutbound({ origins: { [origin]: {} }, retry: { baseMs: 0 } });
  assert.equal(await (await fetch(`${origin}/a`)).text(), '2');
  assert.equal((await fetch(new Request(`${origin}/b`))).status, 200);
  const other = origin.replace('127.0.0.1', '127.0.0.2');
  assert.equal((await fetch(`${other}/c`)).status, 503);
  await assert.rejects(fetch('no url'), TypeError);
  await t.test('it is still called fetch, and gone when it is put back', () => {
    assert.equal(fetch.name, 'fetch');
    restore();
    assert.equal(globalThis.fetch, direct);
  });
});

test('in a dry run nothing is repeated', async () => {
  restore = policeOutbound({ origins: { [origin]: {} }, dryRun: true });
  assert.equal((await fetch(`${origin}/d`)).status, 503);
  restore();
});
