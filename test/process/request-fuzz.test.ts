// Clients may send what they like: the worker lives, and when they have gone nothing is counted any more.
// `npm run test:fuzz` does it for longer; RESPITE_TEST_SEED repeats a run as far as the kernel allows.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { test, type TestContext } from 'node:test';
import { protect } from '../../src/index.ts';
import type { Dice } from '../harness/fuzz/dice.ts';
import { chosenSeed } from '../harness/seed.ts';
import { http1Packets } from '../harness/fuzz/http1.ts';
import { http2Packets } from '../harness/fuzz/http2.ts';
import { fuzz } from '../harness/fuzz/run.ts';
import { request } from '../harness/http.ts';
import { fixture, respite } from '../harness/respite.ts';
import { until } from '../harness/until.ts';

const SECONDS = Number(process.env['RESPITE_TEST_FUZZ_SECONDS'] ?? 2);
const SEED = chosenSeed();

/** Only the limit sheds: the other checks depend on how busy the machine is. */
const ADMISSION = { limit: 1, turnBudget: false, priority: false } as const;

const KINDS: readonly {
  readonly kind: 'http1' | 'http2-core' | 'http2-compat';
  readonly protocol: 'http' | 'h2c';
  readonly packets: (dice: Dice) => readonly Buffer[];
}[] = [
  { kind: 'http1', protocol: 'http', packets: http1Packets },
  { kind: 'http2-core', protocol: 'h2c', packets: http2Packets },
  { kind: 'http2-compat', protocol: 'h2c', packets: http2Packets },
];

interface Counts {
  readonly inFlight: number;
  readonly bytesInFlight: number;
}

function isZero({ inFlight, bytesInFlight }: Counts): boolean {
  return inFlight === 0 && bytesInFlight === 0;
}

/** A run that sheds nothing, or is answered nothing, has tested nothing. */
function report(t: TestContext, connections: number, receivedBytes: number, shed: number): void {
  const done = `RESPITE_TEST_SEED=${SEED}: ${connections} connections, ${receivedBytes} bytes back, ${shed} shed`;
  t.diagnostic(done);
  assert.ok(connections > 10 && receivedBytes > 1000 && shed > 10, done);
}

function shedIn(requests: readonly { readonly decision: string; readonly count: number }[]): number {
  return requests.reduce((sum, { decision, count }) => sum + (decision === 'shed' ? count : 0), 0);
}

for (const { kind, protocol, packets } of KINDS) {
  test(`${kind} under respite run: ${SECONDS} s of made-up clients, seed ${SEED}`, async (t) => {
    const running = respite(t, 'fuzzed.mjs', {
      env: { KIND: kind },
      config: { admission: ADMISSION, supervisor: { drainTimeoutMs: 500 } },
    });
    const port = await running.port();
    const [worker] = await running.ready();
    const hasFailed = (): boolean => running.ports.length > 1; // another worker listens
    const { connections, receivedBytes } = await fuzz({
      port,
      packets,
      seed: SEED,
      seconds: SECONDS,
      hasFailed,
    });
    const detail = `RESPITE_TEST_SEED=${SEED}, after ${connections} connections\n${running.transcript()}`;
    let left = detail;
    assert.ok(!hasFailed(), `the worker has died: ${detail}`);
    const { workers, totals } = await running
      .untilStatus('the counters to return to 0', (status) => {
        const { inFlight = NaN, bytesInFlight = NaN } = status.workers[0]?.sample?.admission ?? {};
        left = `${detail}\nin flight: ${inFlight}, bytes: ${bytesInFlight}`;
        return isZero({ inFlight, bytesInFlight }) && status;
      })
      .catch((error: unknown) => assert.fail(`${String(error)}\n${left}`));
    assert.deepEqual(
      workers.map(({ pid }) => pid),
      [worker?.pid],
      detail,
    );
    // Just after a flood a busy machine may still shed.
    await running.until('an answer', async () => (await request(port, { protocol })).status === 200);
    report(t, connections, receivedBytes, shedIn(totals.requests));
  });

  test(`${kind} under protect(): ${SECONDS} s of made-up clients, seed ${SEED}`, async (t) => {
    const { createFuzzed } = (await import(fixture('fuzzed.mjs'))) as { createFuzzed(kind: string): Server };
    const uncaught: unknown[] = [];
    const remember = (error: unknown): void => void uncaught.push(error);
    process.on('uncaughtException', remember).on('unhandledRejection', remember);
    t.after(() => process.off('uncaughtException', remember).off('unhandledRejection', remember));
    const server = createFuzzed(kind);
    const protection = protect(server, ADMISSION);
    t.after(() => {
      protection.stop();
      server.close();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const hasFailed = (): boolean => uncaught.length > 0;
    const { connections, receivedBytes } = await fuzz({
      port,
      packets,
      seed: SEED,
      seconds: SECONDS,
      hasFailed,
    });
    assert.deepEqual(uncaught, [], `RESPITE_TEST_SEED=${SEED}, after ${connections} connections`);
    await until(
      'the counters to return to 0',
      () => isZero(protection.stats()),
      () => JSON.stringify(protection.stats()),
    );
    assert.equal((await request(port, { protocol })).status, 200);
    report(t, connections, receivedBytes, shedIn(protection.stats().requests));
  });
}
