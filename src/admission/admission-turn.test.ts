import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admission } from './admission.ts';
import { UNKNOWN_LENGTH } from './in-flight/body.ts';
import { RequestInFlight } from './in-flight/request.ts';
import { resolveAdmissionOptions } from './options.ts';
import type { Shed } from './shed/shed.ts';

import { admissionWith, SERVER, MB, bodyOf, admitted, shed } from './admission-support.test.ts';

test('once a turn has used its budget, the rest of the turn is refused, and the next turn starts anew', async () => {
  let nowMs = 0;
  const options = {
    turnBudget: { targetMs: 10, burstMs: 20, idleCreditMs: 0 },
    routes: { '/late': 'sheddable' },
  } as const;
  const admission = admissionWith(options, () => nowMs);
  const handle = (): void => {
    admitted(admission.request('GET', '/', 0, {})).end(200);
    nowMs += 8;
  };
  handle();
  handle();
  // 16 ms into the turn: sheddable may use 0.7 of the burst.
  const { status, reason } = shed(admission.request('GET', '/late', 0, {}));
  assert.deepEqual([status, reason], [429, 'turn']);
  handle();
  assert.equal(shed(admission.request('GET', '/', 0, {})).reason, 'turn');
  admitted(admission.request('GET', '/health', 0, {})).end(200);
  await new Promise((resolve) => setImmediate(resolve));
  handle();
  assert.deepEqual(
    admission.stats().requests.map(({ decision, reason: why, count }) => [decision, why, count]),
    [
      ['admitted', '', 4],
      ['shed', 'turn', 1],
      ['shed', 'turn', 1],
      ['admitted', '', 1],
    ],
  );
});

test('a turn that accepted all it could leaves less to the next one', async () => {
  let nowMs = 0;
  const admission = admissionWith(
    { turnBudget: { targetMs: 10, burstMs: 20, idleCreditMs: 0 } },
    () => nowMs,
    {
      acceptsPerTurn: () => 2,
    },
  );
  const turn = async (connections: number): Promise<boolean> => {
    for (let i = 0; i < connections; i += 1) admission.accepted(SERVER, {});
    admitted(admission.request('GET', '/', 0, {})).end(200);
    nowMs += 15;
    const isAdmitted = admission.request('GET', '/', 0, {}) instanceof RequestInFlight;
    await new Promise((resolve) => setImmediate(resolve));
    return isAdmitted;
  };
  assert.ok(await turn(1));
  assert.ok(await turn(2));
  assert.ok(!(await turn(1)));
});

test('connections that come one by one, without requests, are no backlog', async () => {
  let nowMs = 0;
  const admission = admissionWith(
    { turnBudget: { targetMs: 10, burstMs: 20, idleCreditMs: 0 } },
    () => nowMs,
    {
      acceptsPerTurn: () => 2,
    },
  );
  const turnEnds = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 10; i += 1) {
    admission.accepted(SERVER, {});
    await turnEnds();
  }
  admitted(admission.request('GET', '/', 0, {})).end(200);
  await turnEnds();
  for (let i = 0; i < 2; i += 1) {
    admitted(admission.request('GET', '/', 0, {})).end(200);
    nowMs += 15;
  }
});

test('without a turn budget a turn may take as long as it likes', () => {
  let nowMs = 0;
  const admission = admissionWith({ turnBudget: false }, () => nowMs);
  for (let i = 0; i < 10; i += 1) {
    admitted(admission.request('GET', '/', 0, {})).end(200);
    nowMs += 1000;
  }
});

test('while requests come late in their turns, a large body has to wait for the others, a small one does not', async () => {
  let nowMs = 0;
  const admission = new Admission(
    resolveAdmissionOptions({ bodyBudgetBytes: 100 * MB, turnBudget: { targetMs: 10, burstMs: 40 } }),
    () => nowMs,
  );
  const upload = (bytes: number): RequestInFlight | Shed => admission.request('POST', '/', bytes, {});
  bodyOf(admitted(upload(10 * MB)));
  for (let i = 0; i < 3; i += 1) {
    admitted(admission.request('GET', '/', 0, {})).end(200);
    nowMs += 8;
  }
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(shed(upload(10 * MB)).reason, 'bytes');
  assert.equal(shed(upload(UNKNOWN_LENGTH)).reason, 'bytes');
  admitted(upload(1024));
  admitted(admission.request('GET', '/', 0, {}));
});
