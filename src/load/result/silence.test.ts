import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Silence } from '../contract.ts';
import { PLAN, SERVED, type Server, simulate } from '../generator/simulation.test.ts';
import { Collector } from './collector.ts';

/** What the result of ten seconds tells of a server that becomes silent. */
function silenceOf(server: Server, plan: Partial<typeof PLAN> = {}): Silence | undefined {
  const collector = new Collector(1);
  const stats = { connectionsOpened: 1, bytesReceived: 0, cutOff: 0 };
  const tally = simulate({ ...PLAN, timeoutMs: 500, ...plan }, server);
  collector.addDone(0, tally.state(), stats);
  const frame = { url: '', seed: 1, startedAt: '', durationMs: 10_000, deadlineMs: 1000, maxLagMs: 1 };
  return collector.result(frame).silence;
}

const BROKEN = { ...SERVED, status: 0, error: 'ECONNREFUSED' };

test('a server that never answers is silent from the beginning', () => {
  for (const server of [(): undefined => undefined, (nowMs: number) => [nowMs + 1, BROKEN] as const]) {
    const silence = silenceOf(server);
    assert.equal(silence?.fromMs, undefined);
    assert.ok(Number(silence?.requests) > 50);
  }
});

test('a server that dies or hangs is silent from then on', () => {
  for (const ending of [BROKEN, undefined]) {
    const silence = silenceOf((nowMs) =>
      nowMs < 6000 ? [nowMs + 1, SERVED] : ending && [nowMs + 1, ending],
    );
    const { fromMs = Number.NaN, requests = 0 } = silence ?? {};
    assert.ok(Math.abs(fromMs - 6000) < 300, `${fromMs} ms`);
    assert.ok(requests > 20, String(requests));
  }
});

test('an answer is an answer, whatever its status; a short pause at the end is none', () => {
  assert.equal(
    silenceOf((nowMs) => [nowMs + 1, { ...SERVED, status: 500 }]),
    undefined,
  );
  assert.equal(
    silenceOf((nowMs) => [nowMs + 1, { ...SERVED, status: 503 }]),
    undefined,
  );
  assert.equal(
    silenceOf((nowMs) => [nowMs + 1, nowMs < 9500 ? SERVED : BROKEN]),
    undefined,
  );
  // Every second one fails.
  let turn = 0;
  assert.equal(
    silenceOf((nowMs) => [nowMs + 1, (turn += 1) % 2 === 0 ? SERVED : BROKEN]),
    undefined,
  );
});
