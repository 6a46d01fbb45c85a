import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import fc from 'fast-check';
import { Admission, type Shed } from './admission.ts';
import { UNKNOWN_LENGTH } from './body-budget.ts';
import { NOT_ANNOUNCED } from './observer.ts';
import { type AdmissionOptions, resolveAdmissionOptions } from './options.ts';
import { Permit } from './permit.ts';
import { resolvePolicy } from './policy.ts';
import { addPressureSignal } from './pressure/index.ts';

const admissionWith = (options: AdmissionOptions): Admission =>
  new Admission(resolveAdmissionOptions(options));

function admitted(outcome: Permit | Shed): Permit {
  assert.ok(outcome instanceof Permit);
  return outcome;
}

function shed(outcome: Permit | Shed): Shed {
  assert.ok(!(outcome instanceof Permit));
  return outcome;
}

test('past the limit everything is refused with 503, until one is released', () => {
  const admission = admissionWith({ limit: 2 });
  const first = admitted(admission.request('GET', '/', 0, {}));
  admitted(admission.request('GET', '/', 0, {}));
  const { status, reason } = shed(admission.request('GET', '/', 0, {}));
  assert.deepEqual([status, reason], [503, 'in-flight']);
  first.release(200);
  admitted(admission.request('GET', '/', 0, {}));
});

test('sheddable is refused with 429 from 0.85, the others with 503 once full', () => {
  const admission = admissionWith({ limit: 20, routes: { 'POST /mail': 'sheddable' } });
  for (let i = 0; i < 17; i += 1) admitted(admission.request('POST', '/mail', 0, {}));
  assert.equal(shed(admission.request('POST', '/mail', 0, {})).status, 429);
  for (let i = 17; i < 20; i += 1) admitted(admission.request('GET', '/', 0, {}));
  assert.equal(shed(admission.request('POST', '/mail', 0, {})).status, 429);
  assert.equal(shed(admission.request('GET', '/', 0, {})).status, 503);
});

test("the status of a class is the user's to say", () => {
  const admission = admissionWith({
    limit: 1,
    routes: { 'POST /mail': 'sheddable' },
    statuses: { sheddable: 503, critical: 429 },
  });
  admitted(admission.request('GET', '/', 0, {}));
  assert.equal(shed(admission.request('POST', '/mail', 0, {})).status, 503);
  assert.equal(shed(admission.request('GET', '/', 0, {})).status, 429);
});

test('once a turn has used its budget, the rest of the turn is refused, and the next turn starts anew', async () => {
  let nowMs = 0;
  const options = { turnBudget: { targetMs: 10, burstMs: 20 }, routes: { '/late': 'sheddable' } } as const;
  const admission = new Admission(resolveAdmissionOptions(options), () => nowMs);
  const handle = (): void => {
    admitted(admission.request('GET', '/', 0, {})).release(200);
    nowMs += 8;
  };
  handle();
  handle();
  // 16 ms into the turn: sheddable may use 0.7 of the burst.
  const { status, reason } = shed(admission.request('GET', '/late', 0, {}));
  assert.deepEqual([status, reason], [429, 'turn']);
  handle();
  assert.equal(shed(admission.request('GET', '/', 0, {})).reason, 'turn');
  admitted(admission.request('GET', '/health', 0, {})).release(200);
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

test('an adaptive limit grows while requests complete as fast as ever, and what the client left does not count', () => {
  let nowMs = 0;
  const admission = new Admission(
    resolveAdmissionOptions({ limit: 'adaptive', adaptiveLimit: { initialLimit: 8 }, turnBudget: false }),
    () => nowMs,
  );
  const limit = (): number => admission.stats().limit;
  const round = (isComplete: boolean, mayBurst: boolean = false): void => {
    const permits: Permit[] = [];
    for (let i = 0; i < 5 * limit(); i += 1) {
      const outcome = admission.request('GET', '/', 0, {});
      if (outcome instanceof Permit) permits.push(outcome);
      else assert.equal(outcome.reason, 'in-flight');
    }
    assert.equal(permits.length, mayBurst ? 3 * limit() : limit());
    nowMs += 20;
    for (const permit of permits) permit.release(200, isComplete);
  };
  round(false, true);
  for (let i = 0; i < 5; i += 1) round(false);
  assert.equal(limit(), 8);
  for (let i = 0; i < 50; i += 1) round(true);
  assert.ok(limit() > 8, String(limit()));
});

test('a turn that accepted all it could leaves less to the next one', async () => {
  let nowMs = 0;
  const admission = new Admission(
    resolveAdmissionOptions({ turnBudget: { targetMs: 10, burstMs: 20 } }),
    () => nowMs,
  );
  admission.acceptsPerTurn = () => 2;
  const turn = async (connections: number): Promise<boolean> => {
    for (let i = 0; i < connections; i += 1) admission.accepted();
    admitted(admission.request('GET', '/', 0, {})).release(200);
    nowMs += 15;
    const isAdmitted = admission.request('GET', '/', 0, {}) instanceof Permit;
    await new Promise((resolve) => setImmediate(resolve));
    return isAdmitted;
  };
  assert.ok(await turn(1));
  assert.ok(await turn(2));
  assert.ok(!(await turn(1)));
});

test('connections that come one by one, without requests, are no backlog', async () => {
  let nowMs = 0;
  const admission = new Admission(
    resolveAdmissionOptions({ turnBudget: { targetMs: 10, burstMs: 20 } }),
    () => nowMs,
  );
  admission.acceptsPerTurn = () => 2;
  const turnEnds = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 10; i += 1) {
    admission.accepted();
    await turnEnds();
  }
  admitted(admission.request('GET', '/', 0, {})).release(200);
  await turnEnds();
  for (let i = 0; i < 2; i += 1) {
    admitted(admission.request('GET', '/', 0, {})).release(200);
    nowMs += 15;
  }
});

test('connections that leave HTTP teach the adaptive limit nothing', () => {
  let nowMs = 0;
  const adaptive = { limit: 'adaptive', adaptiveLimit: { initialLimit: 8 }, turnBudget: false } as const;
  const admission = new Admission(resolveAdmissionOptions(adaptive), () => nowMs);
  for (let round = 0; round < 50; round += 1) {
    const permits: Permit[] = [];
    for (let i = 0; i < 12; i += 1) {
      const outcome = admission.request('GET', '/', 0, {});
      if (outcome instanceof Permit) permits.push(outcome);
    }
    nowMs += 20;
    for (const permit of permits) permit.release(101);
  }
  assert.equal(admission.stats().limit, 8);
});

const ADAPTIVE = { limit: 'adaptive', adaptiveLimit: { initialLimit: 8 }, turnBudget: false } as const;

/** What the gate finds on a response. */
function answering(
  permit: Permit,
  seen: { headersSent: boolean; writableEnded: boolean; _header: string },
): void {
  permit.answering = seen as unknown as NonNullable<Permit['answering']>;
}

test('an adaptive limit counts no stream of events, a fixed one counts everything', () => {
  for (const [options, admittedOf100] of [
    [ADAPTIVE, 100],
    [{ limit: 8 }, 8],
  ] as const) {
    let nowMs = 0;
    const admission = new Admission(resolveAdmissionOptions({ ...options, turnBudget: false }), () => nowMs);
    let count = 0;
    for (let i = 0; i < 100; i += 1) {
      nowMs += 0.1;
      const outcome = admission.request('GET', '/events', 0, {});
      if (!(outcome instanceof Permit)) continue;
      count += 1;
      const _header = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
      answering(outcome, { headersSent: true, writableEnded: false, _header });
    }
    assert.equal(count, admittedOf100);
    assert.equal(admission.active, admittedOf100, 'a drain waits for them');
    nowMs += 100;
    assert.equal(admission.stats().inFlight, options.limit === 'adaptive' ? 0 : 8);
  }
});

test('long polls leave the line when others are in need of their places, and are given back once', () => {
  let nowMs = 0;
  const admission = new Admission(resolveAdmissionOptions(ADAPTIVE), () => nowMs);
  const polls = Array.from({ length: 8 }, () => admitted(admission.request('GET', '/poll', 100, {})));
  nowMs = 500;
  assert.ok(!(admission.request('GET', '/', 0, {}) instanceof Permit));
  nowMs = 1001;
  const other = admitted(admission.request('GET', '/', 0, {}));
  assert.equal(admission.stats().inFlight, 1);
  assert.equal(admission.stats().bytesInFlight, 800);
  for (const poll of polls) {
    assert.equal(poll.reclassify(resolvePolicy('policy', { cost: 3 }), {}), undefined);
    poll.release(200);
    poll.release(200);
  }
  assert.equal(admission.active, 1);
  other.release(200);
  const { inFlight, bytesInFlight } = admission.stats();
  assert.deepEqual([inFlight, bytesInFlight, admission.active], [0, 0, 0]);
});

test('bodies that run over the budget teach the adaptive limit nothing', () => {
  let nowMs = 0;
  const admission = new Admission(resolveAdmissionOptions(ADAPTIVE), () => nowMs);
  for (let round = 0; round < 50; round += 1) {
    const permits: Permit[] = [];
    for (let i = 0; i < 5 * admission.stats().limit; i += 1) {
      const outcome = admission.request('GET', '/', 0, {});
      if (outcome instanceof Permit) permits.push(outcome);
    }
    nowMs += 20;
    permits.forEach((permit, i) => {
      if (i % 4 > 0) permit.overrun();
      permit.release(i % 4 > 0 ? 503 : 200);
    });
  }
  assert.ok(admission.stats().limit > 8, String(admission.stats().limit));
  assert.equal(admission.stats().inFlight, 0);
});

test('a dry run under a flood leaves the limit a sensible one', () => {
  let nowMs = 0;
  const admission = new Admission(resolveAdmissionOptions({ ...ADAPTIVE, dryRun: true }), () => nowMs);
  const line: Permit[] = [];
  for (; nowMs < 20_000; nowMs += 1) {
    // One ends each millisecond, two come.
    line.push(admitted(admission.request('GET', '/', 0, {})), admitted(admission.request('GET', '/', 0, {})));
    line.shift()?.release(200);
  }
  assert.ok(admission.stats().limit >= 8, String(admission.stats().limit));
  assert.ok(admission.stats().limit <= 1000, String(admission.stats().limit));
});

test('without a turn budget a turn may take as long as it likes', () => {
  let nowMs = 0;
  const admission = new Admission(resolveAdmissionOptions({ turnBudget: false }), () => nowMs);
  for (let i = 0; i < 10; i += 1) {
    admitted(admission.request('GET', '/', 0, {})).release(200);
    nowMs += 1000;
  }
});

test('exempt routes are neither shed nor counted, but a drain waits for them', () => {
  const admission = admissionWith({ limit: 1 });
  admitted(admission.request('GET', '/', 0, {}));
  const health = admitted(admission.request('GET', '/health', 0, {}));
  assert.equal(admission.stats().inFlight, 1);
  assert.equal(admission.active, 2);
  health.release(200);
  assert.equal(admission.active, 1);
});

test('bodies are charged by their length and refused when they would not fit', () => {
  const admission = admissionWith({ bodyBudgetBytes: 100 });
  const first = admitted(admission.request('POST', '/', 60, {}));
  const { status, reason } = shed(admission.request('POST', '/', 41, {}));
  assert.deepEqual([status, reason], [503, 'bytes']);
  admitted(admission.request('GET', '/', 0, {}));
  admitted(admission.request('POST', '/', 40, {}));
  first.release(200);
  assert.equal(admission.stats().bytesInFlight, 40);
});

test('one body larger than the whole budget is let in when no other holds bytes', () => {
  const admission = admissionWith({ bodyBudgetBytes: 100 });
  const large = admitted(admission.request('POST', '/', 1000, {}));
  shed(admission.request('POST', '/', 1, {}));
  shed(admission.request('POST', '/', UNKNOWN_LENGTH, {}));
  admitted(admission.request('GET', '/', 0, {}));
  large.release(200);
  admitted(admission.request('POST', '/', 1, {}));
});

test('bytes that arrive are charged; the one that runs over the budget beside others is told', () => {
  const admission = admissionWith({ bodyBudgetBytes: 100 });
  const alone = admitted(admission.request('POST', '/', UNKNOWN_LENGTH, {}));
  assert.ok(alone.charge(500), 'alone it may go past the budget');
  alone.release(200);
  const one = admitted(admission.request('POST', '/', UNKNOWN_LENGTH, {}));
  const two = admitted(admission.request('POST', '/', UNKNOWN_LENGTH, {}));
  assert.ok(one.charge(60));
  assert.ok(two.charge(40));
  assert.ok(!two.charge(1));
  assert.equal(two.overrun().status, 503);
});

test('dry run lets everything through and counts what it would have shed', () => {
  const admission = admissionWith({ limit: 1, dryRun: true });
  admitted(admission.request('GET', '/', 0, {}));
  admitted(admission.request('GET', '/', 0, {}));
  assert.deepEqual(
    admission.stats().requests.map(({ decision, reason, count }) => [decision, reason, count]),
    [
      ['admitted', '', 1],
      ['would-shed', 'in-flight', 1],
    ],
  );
});

test('a dry run that begins while the server runs leaves what was counted before', () => {
  const admission = admissionWith({ limit: 1 });
  admitted(admission.request('GET', '/', 0, {}));
  shed(admission.request('GET', '/', 0, {}));
  admission.dryRun = true;
  admitted(admission.request('GET', '/', 0, {}));
  admission.dryRun = false;
  shed(admission.request('GET', '/', 0, {}));
  assert.deepEqual(
    admission.stats().requests.map(({ decision, count }) => [decision, count]),
    [
      ['admitted', 1],
      ['shed', 2],
      ['would-shed', 1],
    ],
  );
});

test('every ending is observed once, also that of a shed request; a beginning only where there is one', () => {
  const admission = admissionWith({ limit: 1 });
  const seen: [number, string, number][] = [];
  const started: string[] = [];
  admission.observer = {
    started: (method, target) => started.push(`${method} ${target}`),
    answering: () => 7,
    ended: (announced, _route, method, status) => seen.push([announced, method, status]),
  };
  const permit = admitted(admission.request('GET', '/', 0, {}));
  shed(admission.request('PUT', '/', 0, {}));
  permit.answers(204);
  permit.answers(500);
  permit.release(204);
  permit.release(500);
  permit.answers(500);
  assert.deepEqual(seen, [
    [NOT_ANNOUNCED, 'PUT', 503],
    [7, 'GET', 204],
  ]);
  assert.deepEqual(started, ['GET /']);
});

test('what has been done: exempt requests and shed ones are none of it', () => {
  const admission = admissionWith({ limit: 1, exempt: ['/healthz'] });
  const permit = admitted(admission.request('GET', '/', 0, {}));
  shed(admission.request('GET', '/', 0, {}));
  admitted(admission.request('GET', '/healthz', 0, {})).release(200);
  assert.equal(admission.completed, 0);
  permit.release(500);
  permit.release(500);
  assert.equal(admission.completed, 1);
});

test('whatever comes and goes: limits hold, and nothing is left when all has ended', () => {
  const arrival = fc.record({
    sheddable: fc.boolean(),
    bodyBytes: fc.constantFrom(UNKNOWN_LENGTH, 0, 1, 30, 99, 250),
    release: fc.array(fc.nat({ max: 5 }), { maxLength: 3 }),
    charge: fc.nat({ max: 60 }),
    late: fc.constantFrom(undefined, 'sheddable' as const, { cost: 2.3 }, { exempt: true }),
  });
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 60 }), (arrivals) => {
      const admission = admissionWith({ limit: 7, bodyBudgetBytes: 100, routes: { '/mail': 'sheddable' } });
      const permits: Permit[] = [];
      for (const { sheddable, bodyBytes, release, charge, late } of arrivals) {
        const { bytesInFlight: before } = admission.stats();
        const outcome = admission.request('POST', sheddable ? '/mail' : '/', bodyBytes, {});
        const { inFlight, bytesInFlight } = admission.stats();
        assert.ok(inFlight <= (sheddable && outcome instanceof Permit ? 6 : 7));
        if (before > 0 && outcome instanceof Permit && bodyBytes > 0) assert.ok(bytesInFlight <= 100);
        if (outcome instanceof Permit) {
          permits.push(outcome);
          if (bodyBytes === UNKNOWN_LENGTH) outcome.charge(charge);
          if (late !== undefined) outcome.reclassify(resolvePolicy('policy', late), {});
        }
        for (const index of release) permits[index]?.release(200);
      }
      for (const permit of permits) permit.release(200);
      const { inFlight, bytesInFlight } = admission.stats();
      assert.deepEqual([inFlight, bytesInFlight, admission.active], [0, 0, 0]);
    }),
  );
});

test('a request takes its cost of the limit and gives it back', () => {
  const admission = admissionWith({ limit: 8, routes: { '/report': { cost: 5 }, '/half': { cost: 0.1 } } });
  const report = admitted(admission.request('GET', '/report', 0, {}));
  assert.equal(admission.stats().inFlight, 5);
  const { status, reason } = shed(admission.request('GET', '/report', 0, {}));
  assert.deepEqual([status, reason], [503, 'in-flight']);
  const rest = [1, 2, 3].map(() => admitted(admission.request('GET', '/', 0, {})));
  shed(admission.request('GET', '/half', 0, {}));
  for (const permit of [report, ...rest]) permit.release(200);
  const halves = [1, 2, 3].map(() => admitted(admission.request('GET', '/half', 0, {})));
  for (const permit of halves) permit.release(200);
  assert.equal(admission.stats().inFlight, 0, 'fractions leave nothing behind');
});

test('a cost above the whole limit runs alone', () => {
  const admission = admissionWith({ limit: 2, routes: { '/report': { cost: 5 } } });
  const report = admitted(admission.request('GET', '/report', 0, {}));
  shed(admission.request('GET', '/', 0, {}));
  report.release(200);
  const other = admitted(admission.request('GET', '/', 0, {}));
  shed(admission.request('GET', '/report', 0, {}));
  other.release(200);
});

test('a class whose threshold is 0 is never let in, not even alone', () => {
  const admission = admissionWith({ thresholds: { sheddable: 0 }, routes: { '/mail': 'sheddable' } });
  assert.equal(shed(admission.request('GET', '/mail', 0, {})).status, 429);
});

test('a cost is asked of the headers; what is no cost counts as 1 and is warned of once', async () => {
  const results: unknown[] = [3, 'much', Number.NaN, 0, -1, Infinity];
  const cost = (headers: IncomingHttpHeaders): number => {
    const at = Number(headers['x-at']);
    if (at >= results.length) throw new Error('no cost');
    return results[at] as number;
  };
  const admission = admissionWith({ limit: 20, routes: { '/report': { cost } } });
  const warned = once(process, 'warning');
  const taken = [0, 1, 2, 3, 4, 5, 6].map((at) => {
    const before = admission.stats().inFlight;
    admitted(admission.request('GET', '/report', 0, { 'x-at': String(at) }));
    return admission.stats().inFlight - before;
  });
  assert.deepEqual(taken, [3, 1, 1, 1, 1, 1, 1]);
  const [warning] = (await warned) as [Error & { code: string }];
  assert.equal(warning.code, 'RESPITE_COST_INVALID');
  assert.equal(
    warning.message,
    'The cost function of /report returned much, not a number greater than 0. Counted as 1.',
  );
});

test('a caller that waits no longer is answered at once; the others carry their deadline', () => {
  const admission = admissionWith({ routes: { '/a': { deadlineMs: 500 } } });
  const { status, reason } = shed(admission.request('GET', '/', 0, { 'respite-deadline-ms': '0' }));
  assert.deepEqual([status, reason], [503, 'deadline']);
  shed(admission.request('GET', '/a', 0, { 'respite-deadline-ms': '-20' }));
  admitted(admission.request('GET', '/health', 0, { 'respite-deadline-ms': '0' }));
  const deadline = (target: string, header?: string): number | undefined =>
    admitted(
      admission.request('GET', target, 0, header === undefined ? {} : { 'respite-deadline-ms': header }),
    ).deadlineMs;
  assert.equal(deadline('/'), undefined);
  assert.equal(deadline('/', '40'), 40);
  assert.equal(deadline('/a', '40'), 40);
  assert.equal(deadline('/a', '4000'), 500);
  assert.equal(deadline('/a', 'soon'), 500);
  const reasons = admission.stats().requests.map(({ decision: made, reason: why }) => [made, why]);
  assert.ok(reasons.some(([made, why]) => made === 'shed' && why === 'deadline'));
});

const SHEDDABLE = resolvePolicy('policy', 'sheddable');

test('a request whose policy is found later is decided again, as if it were not in flight', () => {
  const admission = admissionWith({ limit: 20 });
  const permits = Array.from({ length: 17 }, () => admitted(admission.request('POST', '/mail', 0, {})));
  assert.equal(permits[0]?.reclassify(SHEDDABLE, {}), undefined, 'the seventeenth of 17 places is its own');
  const late = admitted(admission.request('POST', '/mail', 0, {}));
  const { status, reason } = late.reclassify(SHEDDABLE, {}) ?? {};
  assert.deepEqual([status, reason], [429, 'in-flight']);
  assert.equal(late.reclassify(SHEDDABLE, {}), undefined, 'decided once');
  assert.equal(admission.stats().inFlight, 17, 'what is shed holds nothing');
  assert.equal(admission.active, 18, 'but a drain waits for its answer');
  late.release(429);
  assert.equal(admission.stats().inFlight, 17);
});

test('a policy found later brings its cost, its deadline, its exemption', () => {
  const admission = admissionWith({ limit: 20, bodyBudgetBytes: 100 });
  const report = admitted(admission.request('GET', '/', 0, {}));
  report.reclassify(resolvePolicy('policy', { cost: 4, deadlineMs: 1e6 }), { 'respite-deadline-ms': '2e6' });
  assert.equal(admission.stats().inFlight, 4);
  assert.equal(report.deadlineMs, 1e6);
  const exempt = admitted(admission.request('POST', '/', 60, {}));
  assert.equal(exempt.reclassify(resolvePolicy('policy', { exempt: true }), {}), undefined);
  assert.deepEqual([admission.stats().inFlight, admission.stats().bytesInFlight], [4, 0]);
  exempt.charge(60);
  exempt.release(200);
  report.release(200);
  assert.deepEqual([admission.stats().inFlight, admission.stats().bytesInFlight], [0, 0]);
  assert.equal(exempt.reclassify(SHEDDABLE, {}), undefined, 'over is over');
});

test('what configuration decided stays, and a known label too', () => {
  const admission = admissionWith({ limit: 1, routes: { '/mail': 'critical' } });
  const permit = admitted(admission.request('POST', '/mail', 0, {}));
  assert.equal(permit.reclassify(SHEDDABLE, {}), undefined);
  assert.equal(permit.policy.criticality, 'critical');
  permit.label('POST /:any');
  assert.equal(permit.route, '/mail');
});

test('a label found later is that of the duration; the count was made without', () => {
  const admission = admissionWith({});
  const routes: string[] = [];
  admission.observer = {
    started: () => {},
    answering: () => 0,
    ended: (_announced, route) => routes.push(route),
  };
  const permit = admitted(admission.request('GET', '/users/1', 0, {}));
  permit.label('GET /users/:id');
  permit.release(200);
  assert.deepEqual(routes, ['GET /users/:id']);
  assert.deepEqual(
    admission.stats().requests.map(({ route, count }) => [route, count]),
    [['', 1]],
  );
});

test('while requests come late in their turns, a large body has to wait for the others, a small one does not', async () => {
  let nowMs = 0;
  const MB = 1024 * 1024;
  const admission = new Admission(
    resolveAdmissionOptions({ bodyBudgetBytes: 100 * MB, turnBudget: { targetMs: 10, burstMs: 40 } }),
    () => nowMs,
  );
  const upload = (bytes: number): Permit | Shed => admission.request('POST', '/', bytes, {});
  admitted(upload(10 * MB));
  for (let i = 0; i < 3; i += 1) {
    admitted(admission.request('GET', '/', 0, {})).release(200);
    nowMs += 8;
  }
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(shed(upload(10 * MB)).reason, 'bytes');
  assert.equal(shed(upload(UNKNOWN_LENGTH)).reason, 'bytes');
  admitted(upload(1024));
  admitted(admission.request('GET', '/', 0, {}));
});

test('exempt requests past their limit are treated as critical-plus', () => {
  const admission = admissionWith({ limit: 1, exemptLimit: 2 });
  const exempt = [1, 2].map(() => admitted(admission.request('GET', '/health', 0, {})));
  assert.equal(admission.stats().inFlight, 0);
  const counted = admitted(admission.request('GET', '/health', 0, {}));
  assert.equal(admission.stats().inFlight, 1);
  assert.equal(shed(admission.request('GET', '/health', 0, {})).reason, 'in-flight');
  exempt[0]?.release(200);
  admitted(admission.request('GET', '/health', 0, {}));
  counted.release(200);
  assert.equal(admission.stats().inFlight, 0);
});

test('a route that turns out to be exempt counts to the limit of the exempt, and no longer when it ends', () => {
  const admission = admissionWith({ limit: 5, exemptLimit: 1 });
  const permit = admitted(admission.request('GET', '/', 0, {}));
  permit.reclassify(resolvePolicy('policy', { exempt: true }), {});
  admitted(admission.request('GET', '/health', 0, {})).release(200);
  assert.equal(
    admission.stats().requests.find(({ criticality }) => criticality === 'critical-plus')?.count,
    1,
  );
  permit.release(200);
  admitted(admission.request('GET', '/health', 0, {})).release(200);
  assert.equal(admission.stats().requests.find(({ criticality }) => criticality === 'exempt')?.count, 1);
});

test('a route that turns out to be exempt is served however late, and its place is given back', () => {
  const admission = admissionWith({ exemptLimit: 1 });
  const permit = admitted(admission.request('GET', '/', 0, {}));
  assert.equal(
    permit.reclassify(resolvePolicy('policy', { exempt: true }), { 'respite-deadline-ms': '0' }),
    undefined,
  );
  admitted(admission.request('GET', '/health', 0, {})).release(200);
  assert.equal(
    admission.stats().requests.find(({ criticality }) => criticality === 'critical-plus')?.count,
    1,
  );
  permit.release(200);
  admitted(admission.request('GET', '/health', 0, {})).release(200);
  assert.equal(admission.stats().requests.find(({ criticality }) => criticality === 'exempt')?.count, 1);
});

test('a trusted caller says how much its request matters', () => {
  const admission = admissionWith({ criticalityHeader: { from: ['10.0.0.1'] } });
  const headers = { 'respite-criticality': 'sheddable' };
  admitted(admission.request('GET', '/', 0, headers, { remoteAddress: '10.0.0.1' }));
  admitted(admission.request('GET', '/', 0, headers, { remoteAddress: '10.0.0.2' }));
  assert.deepEqual(
    admission.stats().requests.map(({ criticality, count }) => [criticality, count]),
    [
      ['sheddable', 1],
      ['critical', 1],
    ],
  );
});

/** A server that completes 50 requests each 100 ms, and is asked for 25 critical and 225 sheddable ones. */
function flooded(options: AdmissionOptions): { admission: Admission; reasons: Map<string, number> } {
  let nowMs = 0;
  const admission = new Admission(
    resolveAdmissionOptions({ limit: 50, turnBudget: false, routes: { '/mail': 'sheddable' }, ...options }),
    () => nowMs,
  );
  const reasons = new Map<string, number>();
  for (let second = 0; second < 30; second += 1) {
    const permits: Permit[] = [];
    for (let i = 0; i < 250; i += 1) {
      nowMs += 0.4;
      const outcome = admission.request('GET', i % 10 === 0 ? '/' : '/mail', 0, {});
      if (outcome instanceof Permit) permits.push(outcome);
      if (second < 20) continue;
      const reason = outcome instanceof Permit ? 'admitted' : outcome.reason;
      const key = `${i % 10 === 0 ? 'critical' : 'sheddable'} ${reason}`;
      reasons.set(key, (reasons.get(key) ?? 0) + 1);
    }
    for (const permit of permits) permit.release(200);
  }
  return { admission, reasons };
}

test('the lower class makes room before the limit has to, and the server stays busy', () => {
  const { admission, reasons } = flooded({});
  assert.ok((reasons.get('critical admitted') ?? 0) >= 248);
  assert.ok((reasons.get('sheddable priority') ?? 0) > 1500, JSON.stringify([...reasons]));
  assert.ok((reasons.get('sheddable admitted') ?? 0) > 150, JSON.stringify([...reasons]));
  assert.ok(admission.stats().refusedShare > 0.6);
  assert.ok(admission.stats().pressure.some(({ signal }) => signal === 'in-flight'));
});

test('without priority it is left to the limits', () => {
  const { admission, reasons } = flooded({ priority: false });
  assert.equal(reasons.get('sheddable priority'), undefined);
  assert.ok((reasons.get('sheddable in-flight') ?? 0) > 1500);
  assert.equal(admission.stats().refusedShare, 0);
});

test('in a dry run nothing is refused for priority, but counted', () => {
  const { admission, reasons } = flooded({ dryRun: true });
  assert.deepEqual([...reasons.keys()].toSorted(), ['critical admitted', 'sheddable admitted']);
  const counted = new Set(admission.stats().requests.map(({ decision }) => decision));
  assert.ok(counted.has('would-shed') && !counted.has('shed'));
});

test("the user's own signal refuses requests while it presses", () => {
  let waiting = 0;
  const remove = addPressureSignal({ name: 'db-pool', read: () => waiting, enter: 50, exit: 5 });
  let nowMs = 0;
  const admission = new Admission(resolveAdmissionOptions({ turnBudget: false }), () => nowMs);
  const shedOf = (requests: number): number => {
    let count = 0;
    for (let i = 0; i < requests; i += 1) {
      nowMs += 1;
      const outcome = admission.request('GET', '/', 0, {});
      if (outcome instanceof Permit) outcome.release(200);
      else count += 1;
    }
    return count;
  };
  assert.equal(shedOf(1000), 0);
  waiting = 100;
  assert.ok(shedOf(2000) > 200);
  waiting = 0;
  shedOf(4000);
  assert.equal(shedOf(1000), 0);
  admission.stop();
  remove();
});

test('requests a second can be a signal, between the rates that the user knows; off, it is not read', () => {
  const shedOf = (options: AdmissionOptions): number => {
    let nowMs = 0;
    const admission = new Admission(resolveAdmissionOptions({ turnBudget: false, ...options }), () => nowMs);
    let count = 0;
    for (let i = 0; i < 5000; i += 1) {
      nowMs += 1;
      const outcome = admission.request('GET', '/', 0, {});
      if (outcome instanceof Permit) outcome.release(200);
      else count += 1;
    }
    admission.stop();
    return count;
  };
  const range = { enter: 500, exit: 300 };
  assert.ok(shedOf({ signals: { 'requests-per-second': range } }) > 1000);
  assert.equal(shedOf({ signals: { 'requests-per-second': false } }), 0);
  assert.equal(shedOf({ signals: { 'requests-per-second': range }, priority: false }), 0);
});

test('while shedding lasts, one refusal of fifty closes its connection', () => {
  let nowMs = 0;
  const admission = new Admission(resolveAdmissionOptions({ limit: 1 }), () => nowMs);
  admitted(admission.request('GET', '/', 0, {}));
  const closing = (refusals: number): number => {
    let closed = 0;
    for (let i = 0; i < refusals; i += 1) {
      nowMs += 10;
      if (shed(admission.request('GET', '/', 0, {})).closes) closed += 1;
    }
    return closed;
  };
  assert.equal(closing(500), 0);
  assert.equal(closing(500), 10);
  assert.equal(admission.isLasting, true);
});

test('where requests take minutes, refusing the lower class never reaches the higher one while there is room', () => {
  let nowMs = 0;
  const admission = new Admission(
    resolveAdmissionOptions({ limit: 100, turnBudget: false, routes: { '/mail': 'sheddable' } }),
    () => nowMs,
  );
  const ask = (target: string): Permit | Shed => {
    nowMs += 5;
    return admission.request('GET', target, 0, {});
  };
  for (let i = 0; i < 90; i += 1) admitted(ask('/'));
  for (let i = 0; i < 2000; i += 1) {
    assert.equal(shed(ask('/mail')).status, 429);
    if (i % 200 === 0) admitted(ask('/'));
  }
  assert.equal(admission.stats().inFlight, 100);
});
