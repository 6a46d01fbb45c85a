// Run a request or refuse it: what the client sees, and what the server had to read for it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent as UndiciAgent, request as undiciRequest } from 'undici';
import { type Answer, connect2, on, request } from '../harness/http.ts';
import { chunked, type RawConnection, rawConnection } from '../harness/raw.ts';
import { respite, type RespiteOptions, type RunningRespite } from '../harness/respite.ts';
import { type Cleanup, fileEnd } from '../harness/services/service.ts';

const MB = 1024 * 1024;
/** The tests end with requests that are still held; nobody waits for those. */
const IMPATIENT = { supervisor: { drainTimeoutMs: 50 } };

const MAX_READ_OF_REFUSED_BYTES = 256 * 1024;

interface Gate {
  readonly running: RunningRespite;
  readonly port: number;
  /** Starts a request that is held until `release`, and waits until its handler has it. */
  readonly hold: (path?: string) => Promise<Held>;
  readonly release: (count?: number) => Promise<void>;
}

interface Held {
  readonly answer: Promise<Answer>;
  readonly abort: () => void;
}

/** The gate fixture under a configuration, with the way out exempt. */
async function gate(
  t: Cleanup,
  admission: Readonly<Record<string, unknown>>,
  given: RespiteOptions = {},
): Promise<Gate> {
  const exempt = ['/health', '/health/*', '/release'];
  const running = respite(t, 'gate.mjs', {
    ...given,
    config: { ...IMPATIENT, admission: { exempt, ...admission } },
  });
  const port = await running.port();
  await running.ready();
  let holds = 0;
  return {
    running,
    port,
    async hold(path = '/hold') {
      const abort = new AbortController();
      const route = `${path}/${(holds += 1)}`;
      const answer = request(port, { path: route, signal: abort.signal });
      answer.catch(() => {});
      await running.saysOnStdout(`holding ${route}\n`);
      return { answer, abort: () => abort.abort() };
    },
    async release(count = Infinity) {
      const path = Number.isFinite(count) ? `/release?count=${count}` : '/release';
      assert.equal((await request(port, { method: 'POST', path })).status, 200);
    },
  };
}

let ofLimit1: Promise<Gate> | undefined;

/** A gate with a limit of 1 that several tests use, one after the other; each releases what it holds. */
async function sharedGate(t: TestContext): Promise<Gate> {
  const shared = await (ofLimit1 ??= gate(fileEnd, { limit: 1 }));
  t.after(() => shared.release());
  return shared;
}

function assertShed(answer: Answer, status: 429 | 503, reason: 'in-flight' | 'bytes' | 'turn'): void {
  assert.equal(answer.status, status, answer.body);
  assert.equal(answer.headers['respite-shed'], reason);
  const retryAfter = String(answer.headers['retry-after']);
  assert.match(retryAfter, /^\d+$/);
  assert.ok(Number(retryAfter) >= 1 && Number(retryAfter) <= 30, retryAfter);
}

test('past the limit every request gets 503, and the handler sees none of them', async (t) => {
  const { running, port, hold, release } = await gate(t, { limit: 2 });
  const held = [await hold(), await hold()];
  for (let n = 0; n < 5; n += 1) assertShed(await request(port, { path: '/third' }), 503, 'in-flight');
  await release();
  assert.deepEqual(
    (await Promise.all(held.map(({ answer }) => answer))).map(({ status }) => status),
    [200, 200],
  );
  assert.doesNotMatch(running.stdout, /third/);
  assert.equal((await request(port, { path: '/fourth' })).status, 200);
  const counts = await running.untilStatus('the counts', ({ totals }) => {
    const shed = totals.requests.filter(({ decision }) => decision === 'shed');
    return shed.length > 0 ? shed : undefined;
  });
  assert.deepEqual(counts, [
    { decision: 'shed', reason: 'in-flight', criticality: 'critical', route: '', count: 5 },
  ]);
});

test('--limit does the same as the configuration, and comes first', async (t) => {
  const { port, hold } = await gate(t, { limit: 100 }, { options: ['--limit', '1'] });
  await hold();
  assertShed(await request(port), 503, 'in-flight');
});

test('a sheddable route gets 429 from 0.85 on, while others are served', async (t) => {
  const { port, hold, release } = await gate(t, {
    limit: 20,
    priority: false,
    routes: { 'POST /deliveries/:id': 'sheddable', 'GET /report': 'sheddable-plus', '/users/*': 'critical' },
  });
  for (let n = 0; n < 16; n += 1) await hold();
  const deliver = (): Promise<Answer> =>
    request(port, { method: 'POST', path: '/deliveries/1?x=y', body: 'mail' });
  assert.equal((await deliver()).status, 200); // 16 of 20: 0.80
  await hold();
  assertShed(await deliver(), 429, 'in-flight'); // 0.85
  assert.equal(
    (await request(port, { path: '/deliveries/1' })).status,
    200,
    'another method is another route',
  );
  assert.equal((await request(port, { path: '/users/1' })).status, 200);
  assert.equal((await request(port, { path: '/report' })).status, 200);
  await hold();
  await hold();
  assertShed(await request(port, { path: '/report' }), 429, 'in-flight'); // 0.95
  assert.equal((await request(port, { path: '/users/1' })).status, 200);
  await hold();
  assertShed(await request(port, { path: '/users/1' }), 503, 'in-flight'); // 1.00
  assertShed(await deliver(), 429, 'in-flight');
  await release(4);
  assert.equal((await deliver()).status, 200);
});

test('what waits for a busy event loop is refused once the turn has used its budget', async (t) => {
  const config = { ...IMPATIENT, admission: { turnBudget: { idleCreditMs: 0 } } };
  const running = respite(t, 'computes.mjs', { config });
  const port = await running.port();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 20 });
  t.after(() => agent.destroy());
  const compute = (ms: number): Promise<Answer> => request(port, { path: `/compute/${ms}`, agent });
  // Opens the connections. A cold server on a busy machine may take longer for this than a turn may.
  await Promise.all(Array.from({ length: 20 }, () => compute(0)));
  // All of these become readable while the loop is busy, and are handled in one turn.
  const busy = request(port, { path: '/compute/400' });
  await running.saysOnStdout('computing 400\n');
  const answers = await Promise.all(Array.from({ length: 20 }, () => compute(20)));
  assert.equal((await busy).status, 200);
  const refused = answers.filter(({ status }) => status !== 200);
  for (const answer of refused) assertShed(answer, 503, 'turn');
  assert.ok(refused.length >= 10 && refused.length < 20, `${refused.length} of 20 were refused`);
});

test('connections that wait in the kernel shorten the turns, so that they are refused in time', async (t) => {
  // Without regard to what waits, each turn would take all that it accepts: 33 times 2 ms.
  const config = { ...IMPATIENT, admission: { turnBudget: { burstMs: 200, idleCreditMs: 0 } } };
  const running = respite(t, 'computes.mjs', { config });
  const port = await running.port();
  // The first worker gets its copies of the socket one in each turn.
  for (let i = 0; i < 50; i += 1) await request(port, { path: '/compute/0' });
  const busy = request(port, { path: '/compute/400' });
  await running.saysOnStdout('computing 400\n');
  const answers = await Promise.all(Array.from({ length: 400 }, () => request(port, { path: '/compute/2' })));
  assert.equal((await busy).status, 200);
  const refused = answers.filter(({ status }) => status !== 200);
  for (const answer of refused) assertShed(answer, 503, 'turn');
  assert.ok(refused.length > 0 && refused.length < 400, `${refused.length} of 400 were refused`);
});

test('while shedding lasts, connections are kept for shorter, and one refusal of fifty ends its own', async (t) => {
  const { port, hold } = await gate(t, { limit: 1 });
  await hold();
  const client = await rawConnection(t, port);
  const ask = async (connection = client): Promise<Answer> => {
    await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    return connection.response();
  };
  const first = await ask();
  assertShed(first, 503, 'in-flight');
  assert.notEqual(first.headers['keep-alive'], 'timeout=3');
  for (let i = 0; i < 27; i += 1) {
    await delay(200);
    assert.equal((await ask()).headers['connection'], 'keep-alive');
  }
  assert.equal((await ask()).headers['keep-alive'], 'timeout=3');
  const answers: Answer[] = [];
  while (answers.at(-1)?.headers['connection'] !== 'close') answers.push(await ask());
  assert.ok(answers.length <= 50, `${answers.length}`);
  await client.closed();
  const idle = await rawConnection(t, port);
  await ask(idle);
  await idle.closed();
});

test('health is never shed, nor does it count', async (t) => {
  const { port, hold } = await sharedGate(t);
  await hold();
  for (const path of ['/health', '/health/ready', '/health?verbose']) {
    assert.equal((await request(port, { path })).status, 200, path);
  }
  assertShed(await request(port, { path: '/healthy' }), 503, 'in-flight');
});

test('by default the usual health routes are exempt', async (t) => {
  const running = respite(t, 'gate.mjs', { config: IMPATIENT, options: ['--limit', '1'] });
  const port = await running.port();
  await running.ready();
  const holding = request(port, { path: '/hold/1' });
  holding.catch(() => {});
  await running.saysOnStdout('holding');
  for (const path of ['/health', '/health/live', '/healthz', '/livez', '/readyz']) {
    assert.equal((await request(port, { path })).status, 200, path);
  }
  assert.equal((await request(port)).status, 503);
});

test('management is never shed', async (t) => {
  const { running, hold } = await sharedGate(t);
  await hold();
  assert.equal((await running.manage('/health')).status, 200);
  assert.equal((await running.manage('/metrics')).status, 200);
});

test('a refused request with a small body leaves its connection usable', async (t) => {
  const { port, hold, release } = await sharedGate(t);
  await hold();
  const connection = await rawConnection(t, port);
  const post = (): Promise<void> =>
    connection.write(`POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n${'x'.repeat(5000)}`);
  for (let n = 0; n < 3; n += 1) {
    await post();
    const answer = await connection.response();
    assertShed(answer, 503, 'in-flight');
    assert.notEqual(answer.headers['connection'], 'close');
  }
  await release();
  await post();
  const answer = await connection.response();
  assert.equal(answer.status, 200);
  assert.equal(connection.ended, false);
});

test('a body that comes later than its refusal is not taken for the next request', async (t) => {
  const { port, hold, release } = await sharedGate(t);
  await hold();
  const connection = await rawConnection(t, port);
  await connection.write('POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n');
  assertShed(await connection.response(), 503, 'in-flight');
  await release();
  await connection.write('GET /smuggled HTTP/1.1\r\n\r\n...\n');
  await connection.write('GET /next HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.equal((await connection.response()).status, 200);
});

/** What the server has read from its connections that are closed by now, at most. */
async function mostRead(running: RunningRespite, connections: number): Promise<number> {
  const read = await running.until('closed connections', () => {
    const lines = [...running.stdout.matchAll(/^connection read=(\d+)$/gm)];
    return lines.length >= connections ? lines : undefined;
  });
  return Math.max(...read.map(([, bytes]) => Number(bytes)));
}

const HEAD = `POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: ${40 * MB}\r\n`;

for (const [what, header] of [
  ['keep-alive', ''],
  ['Connection: close', 'Connection: close\r\n'],
] as const) {
  test(`a refused POST of 40 MB, ${what}: the client sees the status, the server reads next to nothing`, async (t) => {
    const { running, port, hold } = await gate(t, { limit: 1 });
    await hold();
    const connection = await rawConnection(t, port);
    await connection.write(`${HEAD}${header}\r\n`);
    const pumping = connection.pump(40 * MB); // and on, response or not
    assertShed(await connection.response(), 503, 'in-flight');
    await pumping;
    await connection.closed();
    assert.ok(connection.sent < 40 * MB, `all ${connection.sent} bytes went out`);
    const read = await mostRead(running, 1);
    assert.ok(read <= MAX_READ_OF_REFUSED_BYTES, `read ${read} bytes`);
    assert.doesNotMatch(running.stdout, /handling/);
  });
}

for (const [when, isEarly] of [
  ['before any byte of it', false],
  ['although its client does not wait for 100', true],
] as const) {
  test(`a refused POST of 40 MB with Expect: 100-continue is refused ${when}`, async (t) => {
    const { running, port, hold } = await gate(t, { limit: 1 });
    await hold();
    const connection = await rawConnection(t, port);
    await connection.write(`${HEAD}Expect: 100-continue\r\n\r\n`);
    const early = isEarly ? connection.pump(40 * MB) : undefined;
    assertShed(await connection.response(), 503, 'in-flight');
    // Refused or not, the client sends all that the kernel takes.
    await (early ?? connection.pump(40 * MB));
    await connection.closed();
    assert.ok(connection.sent < 40 * MB, `all ${connection.sent} bytes went out`);
    const read = await mostRead(running, 1);
    assert.ok(read <= MAX_READ_OF_REFUSED_BYTES, `read ${read} bytes`);
    assert.doesNotMatch(running.stdout, /handling/);
  });
}

for (const [what, headers] of [
  ['keep-alive', {}],
  ['Connection: close', { connection: 'close' }],
  ['Expect: 100-continue', { expect: '100-continue' }],
] as const) {
  test(`node:http as a client of a refused POST of 40 MB, ${what}, sees the status`, async (t) => {
    const { running, port, hold } = await gate(t, { limit: 1 });
    await hold();
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => {
      agent.destroy();
    });
    const req = http.request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/large',
      agent,
      headers: { 'content-length': 40 * MB, ...headers },
    });
    req.on('error', () => {}); // of writing on; the response comes first
    const send = (): void => {
      req.end(Buffer.alloc(40 * MB));
    };
    if ('expect' in headers) req.once('continue', send).flushHeaders();
    else send();
    const [res] = (await once(req, 'response')) as [http.IncomingMessage];
    assert.equal(res.statusCode, 503);
    res.resume();
    res.on('error', () => {});
    req.destroy();
    const read = await mostRead(running, 1);
    assert.ok(read <= MAX_READ_OF_REFUSED_BYTES, `read ${read} bytes`);
  });
}

test('undici as a client of a refused POST of 40 MB sees the status', async (t) => {
  const { running, port, hold } = await gate(t, { limit: 1 });
  await hold();
  const dispatcher = new UndiciAgent({ allowH2: false });
  t.after(() => dispatcher.destroy());
  const { statusCode, body } = await undiciRequest(`http://127.0.0.1:${port}/large`, {
    method: 'POST',
    body: Buffer.alloc(40 * MB),
    dispatcher,
  });
  assert.equal(statusCode, 503);
  await body.dump();
  const read = await mostRead(running, 1);
  assert.ok(read <= MAX_READ_OF_REFUSED_BYTES, `read ${read} bytes`);
});

test('an admitted Expect: 100-continue gets 100, then its answer', async (t) => {
  const { port } = await sharedGate(t);
  const connection = await rawConnection(t, port);
  await connection.write(
    'POST /asked HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n',
  );
  assert.equal((await connection.response()).status, 100);
  await connection.write('body');
  const { status, headers } = await connection.response();
  assert.deepEqual([status, headers['transfer-encoding'] ?? headers['content-length']], [200, '1']);
});

test('bytes in flight have a budget: what has arrived, and what is likely to arrive', async (t) => {
  const { running, port, release } = await gate(t, { bodyBudgetBytes: 3 * MB });
  const upload = (path: string, bytes: number): Promise<Answer> =>
    request(port, { method: 'POST', path, body: Buffer.alloc(bytes) });
  const holding = upload('/hold', 700 * 1024);
  await running.saysOnStdout('holding /hold\n');
  assertShed(await upload('/second', 2.5 * MB), 503, 'bytes');
  assert.equal((await upload('/third', 2 * MB)).status, 200);
  assert.equal((await request(port)).status, 200, 'without a body it costs nothing');
  await release();
  assert.equal((await holding).status, 200);
  assert.equal((await upload('/fourth', 2.5 * MB)).status, 200);
});

test('one request over the whole budget is let in when nothing else holds bytes, and harms no small one', async (t) => {
  const { running, port, release } = await gate(t, { bodyBudgetBytes: MB });
  const oversize = (path: string): Promise<Answer> =>
    request(port, { method: 'POST', path, body: Buffer.alloc(3 * MB) });
  assert.equal((await oversize('/idle')).body, String(3 * MB));
  const holding = oversize('/hold');
  await running.saysOnStdout('holding /hold\n');
  await running.untilStatus('its bytes', ({ workers }) => {
    const held = workers[0]?.sample?.admission.bytesInFlight ?? 0;
    return held === 3 * MB ? held : undefined;
  });
  assertShed(await oversize('/other'), 503, 'bytes');
  assert.equal((await request(port, { method: 'POST', path: '/small', body: 'x' })).status, 200);
  await release();
  assert.equal((await holding).status, 200);
  assert.equal((await oversize('/again')).status, 200);
});

test('a chunked upload that its handler reads holds next to nothing, however long it is', async (t) => {
  const { running, port, release } = await gate(t, { bodyBudgetBytes: MB });
  const holding = request(port, { method: 'POST', path: '/hold', body: Buffer.alloc(700 * 1024) });
  await running.saysOnStdout('holding /hold\n');
  const connection = await rawConnection(t, port);
  await connection.write('POST /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
  await connection.pump(10 * MB, chunked);
  await connection.write('0\r\n\r\n');
  assert.equal((await connection.response()).status, 200);
  await release();
  assert.equal((await holding).status, 200);
});

test('a chunked upload alone may be larger than the budget', async (t) => {
  const { port } = await gate(t, { bodyBudgetBytes: MB });
  const connection = await rawConnection(t, port);
  await connection.write('POST /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
  await connection.pump(3 * MB, chunked);
  await connection.write('0\r\n\r\n');
  assert.equal((await connection.response()).status, 200);
});

test('an HTTP/2 request past the limit is refused on its stream, and the session goes on', async (t) => {
  const config = { ...IMPATIENT, admission: { limit: 1, exempt: ['/release'] } };
  const running = respite(t, 'gate-http2.mjs', { config });
  const port = await running.port();
  await running.ready();
  const session = connect2(port, false);
  t.after(() => {
    session.destroy();
  });
  const held = on(session, { path: '/hold' });
  await running.saysOnStdout('holding /hold');
  assertShed(await on(session, { path: '/second' }), 503, 'in-flight');
  assertShed(await on(session, { method: 'POST', path: '/small', body: 'x'.repeat(1000) }), 503, 'in-flight');
  const large = await on(session, { method: 'POST', path: '/large', body: Buffer.alloc(40 * MB) });
  assertShed(large, 503, 'in-flight');
  // What was sent of it and not read must not hold the session's flow-control window.
  const more = await on(session, { method: 'POST', path: '/large', body: Buffer.alloc(MB) });
  assertShed(more, 503, 'in-flight');
  assert.equal((await on(session, { method: 'POST', path: '/release', body: 'x'.repeat(1000) })).status, 200);
  assert.equal((await held).body, 'released');
  assert.equal((await on(session, { path: '/third' })).body, 'handled');
  assert.doesNotMatch(running.stdout, /second|small|large/);
});

test('an upgrade past the limit gets 503, and before it is none of our business', async (t) => {
  const { running, port, hold, release } = await sharedGate(t);
  const upgrade = async (path: string): Promise<RawConnection> => {
    const connection = await rawConnection(t, port);
    await connection.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
    return connection;
  };
  await hold();
  const refused = await upgrade('/refused');
  assertShed(await refused.response(), 503, 'in-flight');
  await refused.closed();
  assert.doesNotMatch(running.stdout, /upgrading/);
  await release();
  const admitted = await upgrade('/admitted');
  assert.equal((await admitted.response()).status, 101);
  // An upgraded connection holds no permit.
  assert.equal((await request(port)).status, 200);
  await admitted.write('HTTP/1.1 200 echoed\r\n\r\n');
  assert.equal((await admitted.response()).status, 200);
});

test('--dry-run decides and counts, but sheds nothing', async (t) => {
  const { running, port, hold, release } = await gate(t, { limit: 1 }, { options: ['--dry-run'] });
  await hold();
  const second = await request(port, { path: '/second' });
  assert.equal(second.status, 200);
  assert.equal(second.headers['respite-shed'], undefined);
  await release();
  const counts = await running.untilStatus('the count', ({ totals }) =>
    totals.requests.find(({ decision }) => decision === 'would-shed'),
  );
  assert.deepEqual([counts.count, counts.reason], [1, 'in-flight']);
  assert.match(
    (await running.manage('/metrics')).body,
    /respite_admission_requests_total\{[^}]*would-shed[^}]*\} 1/,
  );
});

test('a client that goes away gives its permit back', async (t) => {
  const { running, port, hold } = await gate(t, { limit: 1 });
  for (let n = 1; n <= 3; n += 1) {
    const { abort } = await hold();
    assert.equal((await request(port)).status, 503);
    abort();
    await running.saysOnStdout(`closed /hold/${n} finished=false`);
    assert.equal((await request(port)).status, 200);
  }
});

test('a client that stops in the middle of its body holds what it has sent, and gives it back when it goes', async (t) => {
  const { running, port } = await gate(t, { bodyBudgetBytes: MB });
  const bytes = (held: number): Promise<number> =>
    running.untilStatus(`${held} bytes`, ({ workers }) => {
      const found = workers[0]?.sample?.admission.bytesInFlight;
      return found === held ? found : undefined;
    });
  const connection = await rawConnection(t, port);
  await connection.write(`POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: ${300 * MB}\r\n\r\nhalf`);
  await running.saysOnStdout('handling POST /half');
  await bytes(4);
  assert.equal((await request(port, { method: 'POST', body: Buffer.alloc(900_000) })).status, 200);
  connection.destroy();
  await running.saysOnStdout('closed /half finished=false');
  await bytes(0);
});
