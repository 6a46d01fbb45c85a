import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { beat, startHeartbeat } from './heartbeat.ts';
import type { Failure } from './queue.ts';

const OPTIONS = { url: 'https://beats.example/secret', everyMs: 60_000 };

test('a beat at once and every minute; failing and arriving again are logged once each, without the path', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const lines: string[] = [];
  const say = (_fields: object, message: string): void => void lines.push(message);
  const log = { debug: say, info: say, warn: say, error: say };
  const failure: Failure = { reason: 'status 500', hopeless: false, retryAfterMs: 0 };
  const outcomes = [undefined, failure, failure, undefined, undefined];
  let beats = 0;
  const end = startHeartbeat(OPTIONS, log, async () => outcomes[beats++]);
  for (let minute = 1; minute < outcomes.length; minute += 1) {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    assert.equal(beats, minute);
    t.mock.timers.tick(60_000);
  }
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  end();
  t.mock.timers.tick(600_000);
  assert.equal(beats, outcomes.length);
  assert.deepEqual(lines, [
    'the heartbeat does not reach beats.example: status 500',
    'the heartbeat reaches beats.example again',
  ]);
});

test('a beat that is still under way is not followed by another', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  let beats = 0;
  const end = startHeartbeat(OPTIONS, silent, async () => {
    beats += 1;
    await new Promise(() => {});
    return undefined;
  });
  t.mock.timers.tick(600_000);
  end();
  assert.equal(beats, 1);
});

test('a beat is a POST', async (t) => {
  const server = createServer((_request, response) => response.end('OK')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const asked = once(server, 'request') as Promise<[{ method: string; url: string }]>;
  const sent = beat({ url: `http://127.0.0.1:${port}/ping/4711`, everyMs: 1000 });
  assert.equal(await sent(new AbortController().signal), undefined);
  const [{ method, url }] = await asked;
  assert.deepEqual([method, url], ['POST', '/ping/4711']);
});
