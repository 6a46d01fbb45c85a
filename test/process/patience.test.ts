// A worker that has died is waited for one second before a fallback responder answers in its place.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { request } from '../harness/http.ts';
import { kill, temporaryDirectory } from '../harness/process.ts';
import { REFUSES_NOTHING, respite, type RunningRespite } from '../harness/respite.ts';
import { until } from '../harness/until.ts';

/** How long a worker that has died is waited for, in ms; less what two clocks of a log line and a timer may differ by. */
const PATIENCE_MS = 950;

/** Times of the fallback responders' starts since then, by the log. */
function fallbacksSince(running: RunningRespite, sinceMs: number): number[] {
  const starts = running.logged('a fallback responder answers 503').map(({ time }) => Number(time));
  return starts.filter((time) => time >= sinceMs);
}

/** A clock at a tenth of its speed: no machine is so busy that a worker takes a second of it to start. */
const SLOW_CLOCK = `data:text/javascript,${encodeURIComponent(
  'const { now } = Date; const began = now(); Date.now = () => Math.floor(began + (now() - began) / 10);',
)}`;

test('a worker that is replaced in time is waited for: nobody is told 503', async (t) => {
  const running = respite(t, 'dies.mjs', {
    config: { admission: REFUSES_NOTHING },
    env: { NODE_OPTIONS: `--import=${SLOW_CLOCK}` },
  });
  const port = await running.port();
  const [first] = await running.ready();
  kill(first?.pid ?? 0);
  const answers = await Promise.all(Array.from({ length: 20 }, () => request(port).catch(String)));
  const second = await running.untilStatus('a replacement', ({ workers: [worker] }) =>
    worker?.id === 2 && worker.state === 'ready' ? worker : undefined,
  );
  const diedMs = Number((await running.logs('worker 1 ended with'))['time']);
  const outageMs = (second.readyAtMs ?? Infinity) - diedMs;
  assert.ok(outageMs < PATIENCE_MS, `replaced after ${outageMs} ms of the slow clock`);
  // Those that the dead one had accepted are lost, which a fallback responder would not help.
  const told = answers.filter((answer) => typeof answer !== 'string' && answer.status !== 200);
  const { answered } = (await running.status()).fallbackResponder;
  assert.deepEqual([told, answered, fallbacksSince(running, diedMs)], [[], 0, []], `after ${outageMs} ms`);
});

test('a worker that has died is waited for one second, then a fallback responder answers until the next one is ready', async (t) => {
  const dir = temporaryDirectory();
  const allowed = path.join(dir, 'allowed');
  writeFileSync(allowed, '');
  const running = respite(t, 'starts-when-allowed.mjs', { dir });
  const port = await running.port();
  const [worker] = await running.ready();
  rmSync(allowed);
  kill(worker?.pid ?? 0);
  const diedMs = Number((await running.logs('worker 1 ended with'))['time']);
  const { status } = await request(port);
  const [startMs = 0, ...more] = fallbacksSince(running, diedMs);
  assert.deepEqual([status, more], [503, []]);
  assert.ok(startMs - diedMs >= PATIENCE_MS, `a fallback responder after ${startMs - diedMs} ms`);
  writeFileSync(allowed, '');
  await until('the next worker', async () => (await request(port)).status === 200);
});
