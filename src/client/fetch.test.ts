import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { HeldBackError } from './held-back.ts';
import { failed, fakeOrigin, ORIGIN } from './support.test.ts';

const shed = (status = 503, headers: Record<string, string> = {}): Response =>
  new Response('busy', { status, headers: { 'respite-shed': 'in-flight', ...headers } });

test('a GET is repeated, numbered, and its caller gets the success', async () => {
  const { client, seen } = fakeOrigin([503, 502, 200]);
  const response = await client.fetch(`${ORIGIN}/folders`);
  assert.equal(response.status, 200);
  assert.deepEqual(
    seen.map(({ headers }) => headers.get('respite-attempt')),
    [null, '2', '3'],
  );
  const { calls, attempts, retries, budget } = client.stats(ORIGIN) ?? {};
  assert.deepEqual([calls, attempts, retries, budget], [1, 3, 2, 8.1]);
});

test('after the last attempt the caller gets what the origin said', async () => {
  const { client, seen } = fakeOrigin([503]);
  const response = await client.fetch(ORIGIN);
  assert.deepEqual([response.status, await response.text(), seen.length], [503, 'body', 3]);
});

test('what cannot be repeated safely is sent once', async () => {
  for (const init of [{ method: 'POST', body: 'x' }, { method: 'PUT', body: 'x' }, { idempotent: false }]) {
    const { client, seen } = fakeOrigin([503, 200]);
    assert.equal((await client.fetch(ORIGIN, init)).status, 503);
    assert.equal(seen.length, 1);
  }
});

test('a POST with an idempotency key, or declared idempotent, is repeated with its body', async () => {
  for (const init of [{ headers: { 'Idempotency-Key': 'k' } }, { idempotent: true }]) {
    const { client, seen } = fakeOrigin([503, 200]);
    assert.equal((await client.fetch(ORIGIN, { method: 'POST', body: 'x', ...init })).status, 200);
    assert.deepEqual(
      seen.map(({ body }) => body),
      ['x', 'x'],
    );
  }
});

test('a POST that was shed is repeated only if the origin is trusted', async () => {
  const init = { method: 'POST', body: 'x' };
  const stranger = fakeOrigin([shed(), 200]);
  assert.equal((await stranger.client.fetch(ORIGIN, init)).status, 503);
  const trusted = fakeOrigin([shed(), 200], { origins: { [ORIGIN]: { trustsRefusals: true } } });
  assert.equal((await trusted.client.fetch(ORIGIN, init)).status, 200);
  assert.equal(trusted.seen.length, 2);
});

test('a POST is repeated after a refused connection, and not after one that broke', async () => {
  const init = { method: 'POST', body: 'x', redirect: 'manual' } as const;
  const refused = fakeOrigin([failed('ECONNREFUSED'), 200]);
  assert.equal((await refused.client.fetch(ORIGIN, init)).status, 200);
  const broken = fakeOrigin([failed('ECONNRESET'), 200]);
  await assert.rejects(broken.client.fetch(ORIGIN, init), TypeError);
  assert.equal(broken.seen.length, 1);
});

test('a stream is sent once; a function makes a new one for each attempt', async () => {
  const stream = (): ReadableStream => new Response('x').body ?? assert.fail();
  const init = { method: 'QUERY', duplex: 'half' } as const;
  const once = fakeOrigin([503, 200]);
  assert.equal((await once.client.fetch(ORIGIN, { ...init, body: stream() })).status, 503);
  const again = fakeOrigin([503, 200]);
  assert.equal((await again.client.fetch(ORIGIN, { ...init, body: stream })).status, 200);
  assert.deepEqual(
    again.seen.map(({ body }) => body),
    ['x', 'x'],
  );
});

test('"do not retry" is obeyed', async () => {
  const { client, seen } = fakeOrigin([shed(503, { 'respite-retry': 'no' }), 200]);
  assert.equal((await client.fetch(ORIGIN)).status, 503);
  assert.equal(seen.length, 1);
});

test('Retry-After holds back later calls of the class, and lets more important ones pass', async () => {
  const { client, seen, clock } = fakeOrigin([shed(429, { 'retry-after': '60' }), 200]);
  const sheddable = { criticality: 'sheddable' } as const;
  assert.equal((await client.fetch(ORIGIN, sheddable)).headers.get('respite-shed'), 'in-flight');
  const held = await client.fetch(ORIGIN, sheddable);
  assert.equal(held.status, 503);
  assert.equal(held.headers.get('respite-held-back'), 'retry-after');
  assert.equal(held.headers.get('retry-after'), '60');
  assert.equal(seen.length, 1);
  assert.equal((await client.fetch(ORIGIN, { criticality: 'critical' })).status, 200);
  clock.nowMs += 60_001;
  assert.equal((await client.fetch(ORIGIN, sheddable)).status, 200);
  assert.equal(seen[0]?.headers.get('respite-criticality'), 'sheddable');
});

test('an origin that serves nothing is left to recover: the circuit opens, and a probe closes it again', async () => {
  const answers = Array.from({ length: 31 }, () => 503);
  const { client, seen, clock } = fakeOrigin([...answers, 200], { retry: { attempts: 1 }, throttle: false });
  for (let i = 0; i < 31; i += 1) {
    await client.fetch(ORIGIN);
    clock.nowMs += 50;
    if (client.stats(ORIGIN)?.state === 'open') break;
  }
  assert.equal(client.stats(ORIGIN)?.state, 'open');
  const sent = seen.length;
  const held = await client.fetch(ORIGIN);
  assert.equal(held.headers.get('respite-held-back'), 'circuit-open');
  assert.equal(seen.length, sent);
  for (let i = 0; i < 40; i += 1) {
    clock.nowMs += 1000;
    await client.fetch(ORIGIN);
  }
  assert.equal(client.stats(ORIGIN)?.state, 'closed');
});

test('a call that is held back can be an error', async () => {
  const { client } = fakeOrigin([shed(429, { 'retry-after': '60' })], { throws: true });
  await client.fetch(ORIGIN);
  await assert.rejects(client.fetch(ORIGIN), (error) => {
    assert.ok(error instanceof HeldBackError);
    assert.deepEqual([error.code, error.reason], ['RESPITE_CLIENT_HELD_BACK', 'retry-after']);
    return true;
  });
});

test('a dry run counts what it would hold back, sends it, and repeats nothing', async () => {
  const { client, seen } = fakeOrigin([shed(429, { 'retry-after': '60' }), 200, 503], { dryRun: true });
  await client.fetch(ORIGIN);
  assert.equal((await client.fetch(ORIGIN)).status, 200);
  assert.equal(seen.length, 2);
  assert.equal(client.stats(ORIGIN)?.heldBack['retry-after'], 1);
});

test('an attempt that takes too long is aborted and repeated', async () => {
  const { client, seen } = fakeOrigin(['hang', 200], { attemptTimeoutMs: 5, now: () => performance.now() });
  assert.equal((await client.fetch(ORIGIN)).status, 200);
  assert.equal(seen.length, 2);
  assert.equal(client.stats(ORIGIN)?.failed, 1);
});

test('a second attempt goes beside one that takes longer than usual, if repeating is safe', async () => {
  const usual = Array.from({ length: 150 }, () => 200);
  const { client, seen, clock } = fakeOrigin([...usual, 'hang', 200, 'hang'], { hedge: {} });
  for (const _ of usual) {
    await client.fetch(ORIGIN);
    clock.nowMs += 20;
  }
  assert.equal((await client.fetch(ORIGIN)).status, 200);
  assert.equal(seen.at(-1)?.headers.get('respite-attempt'), '2');
  const call = client.fetch(ORIGIN, { method: 'POST', body: 'x', deadlineMs: 50 });
  await assert.rejects(call, { code: 'RESPITE_CLIENT_TIMEOUT' });
  const { hedges, attempts, failed: failures } = client.stats(ORIGIN) ?? {};
  assert.deepEqual([hedges, attempts, failures], [1, 153, 0]);
});

test('a deadline too short for any origin says nothing about this one', async () => {
  const { client } = fakeOrigin(['hang']);
  await assert.rejects(client.fetch(ORIGIN, { deadlineMs: 5 }), { code: 'RESPITE_CLIENT_TIMEOUT' });
  assert.equal(client.stats(ORIGIN)?.failed, 0);
});

test('a deadline that has passed sends nothing; one that is given goes out with the call', async () => {
  const { client, seen } = fakeOrigin([200]);
  const late = await client.fetch(ORIGIN, { deadlineMs: 0 });
  assert.equal(late.headers.get('respite-held-back'), 'deadline');
  await client.fetch(ORIGIN, { deadlineMs: 800 });
  await client.fetch(ORIGIN);
  assert.deepEqual(
    seen.map(({ headers }) => headers.get('respite-deadline-ms')),
    ['800', null],
  );
});

test('a caller who leaves ends the call, and says nothing about the origin', async () => {
  const { client, seen } = fakeOrigin(['hang']);
  const caller = new AbortController();
  const call = client.fetch(ORIGIN, { signal: caller.signal });
  const reason = new Error('gone');
  caller.abort(reason);
  await assert.rejects(call, reason);
  assert.equal(seen.length, 1);
  assert.equal(client.stats(ORIGIN)?.failed, 0);
});

test('a caller’s signal that outlives many calls keeps nothing of those without a body', async () => {
  const { client } = fakeOrigin([failed('ECONNREFUSED')]);
  const caller = new AbortController();
  await assert.rejects(client.fetch(ORIGIN, { signal: caller.signal }));
  assert.equal(getEventListeners(caller.signal, 'abort').length, 0);
});

test('what fetch would refuse is for fetch to refuse', async () => {
  const { client } = fakeOrigin([200], { fetch: globalThis.fetch });
  await assert.rejects(client.fetch('no url'), TypeError);
  assert.equal(await (await client.fetch('data:,hello')).text(), 'hello');
});

test('bad options of a call are named', async () => {
  const { client } = fakeOrigin([200]);
  await assert.rejects(client.fetch(ORIGIN, { deadlineMs: -1 }), { code: 'RESPITE_OPTIONS_INVALID' });
  await assert.rejects(
    client.fetch(ORIGIN, { criticality: 'urgent' as 'critical' }),
    /criticality must be one/,
  );
});
