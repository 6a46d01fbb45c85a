import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Incident } from '../incident.ts';
import { incident, over } from './fake-incident.test.ts';
import { NOTIFY_EVENTS } from './options.ts';
import { NOTHING_PLANNED, plan, type PlanEvent, type PlanRules } from './plan.ts';
import type { Failure, QueueAction } from './queue.ts';
import { histories } from '../../../../test/harness/histories.ts';

const RULES: PlanRules = {
  events: NOTIFY_EVENTS,
  repeatWindowMs: 300_000,
  giveUpAfterMs: 300_000,
  queueLimit: 100,
  settleMs: 0,
};

const REFUSED: Failure = { reason: 'status 503', hopeless: false, retryAfterMs: 0 };

/** One channel with a clock of its own, that keeps what was done. */
class Teller {
  nowMs = 0;
  state = NOTHING_PLANNED;
  wakeAtMs: number | undefined;
  readonly actions: QueueAction[] = [];
  readonly #rules: PlanRules;

  constructor(rules: Partial<PlanRules> = {}) {
    this.#rules = { ...RULES, ...rules };
  }

  react(event: PlanEvent): this {
    const next = plan(this.state, event, this.nowMs, 1, this.#rules);
    this.state = next.state;
    this.wakeAtMs = next.wakeAtMs;
    this.actions.push(...next.actions);
    return this;
  }

  hear(...incidents: readonly Incident[]): this {
    for (const one of incidents) this.react({ kind: 'incident', incident: one });
    return this;
  }

  delivered(): this {
    return this.react({ kind: 'delivered' });
  }

  failed(failure: Partial<Failure> = {}): this {
    return this.react({ kind: 'failed', failure: { ...REFUSED, ...failure } });
  }

  wake(): this {
    assert.ok(this.wakeAtMs !== undefined && this.wakeAtMs >= this.nowMs, 'something waits for its time');
    this.nowMs = this.wakeAtMs;
    return this.react({ kind: 'time' });
  }

  /** What was done since the last time this was asked: `send opened a ×1`. */
  get done(): string[] {
    return this.actions
      .splice(0)
      .map(({ kind, message }) => `${kind} ${message.event} ${message.incident.id} ×${message.count}`);
  }
}

const A = incident('a');
const B = incident('b');

test('an opening is told at once, its end when that has been heard', () => {
  const teller = new Teller().hear(A, { ...A, summary: 'more is known' }, over(A));
  assert.deepEqual(teller.done, ['send opened a ×1']);
  assert.deepEqual(teller.delivered().done, ['send recovered a ×1']);
  assert.deepEqual(teller.delivered().done, []);
  assert.equal(teller.wakeAtMs, undefined);
});

test('what is added to an incident that is over is not told', () => {
  const teller = new Teller().hear(A).delivered().hear(over(A)).delivered();
  teller.actions.splice(0);
  assert.deepEqual(teller.hear({ ...over(A), summary: 'the report is written' }).done, []);
});

test('one that could not be healed is not told as recovered', () => {
  const teller = new Teller()
    .hear(A)
    .delivered()
    .hear({ ...over(A), outcome: 'unresolved' });
  assert.deepEqual(teller.done.at(-1), 'send unresolved a ×1');
});

test('a try that fails is repeated after half a second, a second, two…', () => {
  const teller = new Teller().hear(A);
  const waits = Array.from({ length: 9 }, () => {
    const beforeMs = teller.failed().nowMs;
    return teller.wake().nowMs - beforeMs;
  });
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  assert.equal(teller.delivered().wakeAtMs, undefined);
});

test('an end that comes while its opening could not be told yet is one message with it', () => {
  const waiting = new Teller().hear(A).failed().hear(over(A));
  assert.deepEqual(waiting.wake().done, ['send opened a ×1', 'send recovered a ×1']);
  assert.deepEqual(waiting.delivered().done, []);
  const underWay = new Teller().hear(A, over(A)).failed();
  assert.deepEqual(underWay.wake().done, ['send opened a ×1', 'send recovered a ×1']);
  assert.deepEqual(underWay.delivered().done, []);
  assert.equal(underWay.wakeAtMs, undefined);
});

test('an opening is told when the dust has settled', () => {
  const teller = new Teller({ settleMs: 500 }).hear(A, { ...A, summary: 'in spin' });
  assert.deepEqual([teller.done, teller.wakeAtMs], [[], 500]);
  teller.wake();
  assert.equal(teller.actions.at(-1)?.message.incident.summary, 'in spin');
  const atOnce = new Teller({ settleMs: 500 }).hear(A, over(A));
  assert.deepEqual(atOnce.wake().done, ['send recovered a ×1']);
  assert.equal(atOnce.delivered().wakeAtMs, undefined);
});

test('what waits is told as it is known when its turn comes', () => {
  const teller = new Teller()
    .hear(A)
    .failed()
    .hear({ ...A, summary: 'in spin' });
  teller.wake();
  const last = teller.actions.at(-1);
  assert.equal(last?.message.incident.summary, 'in spin');
});

test('the other side may ask for patience, or be hopeless', () => {
  const teller = new Teller().hear(A).failed({ retryAfterMs: 7000 });
  assert.equal(teller.wakeAtMs, 7000);
  assert.deepEqual(teller.wake().failed({ hopeless: true }).done, [
    'send opened a ×1',
    'send opened a ×1',
    'gave-up opened a ×1',
  ]);
  assert.equal(teller.wakeAtMs, undefined);
});

test('given up when the next try would come too late', () => {
  const teller = new Teller({ giveUpAfterMs: 10_000 }).hear(A);
  for (let i = 0; i < 3; i += 1) teller.failed().wake();
  assert.equal(teller.nowMs, 3500);
  assert.equal(teller.failed().done.at(-1), 'send opened a ×1');
  assert.equal(teller.wake().nowMs, 7500);
  assert.equal(teller.failed().done.at(-1), 'gave-up opened a ×1');
});

test('the same again in the same place within the window is one message, with a count', () => {
  const teller = new Teller().hear(A).delivered().hear(over(A)).delivered();
  assert.deepEqual(teller.done, ['send opened a ×1', 'send recovered a ×1']);
  teller.nowMs = 1000;
  for (const id of ['b', 'c', 'd']) teller.hear(incident(id), over(incident(id)));
  assert.deepEqual(teller.done, []);
  assert.equal(teller.wake().nowMs, 300_000);
  assert.deepEqual(teller.done, ['send recovered d ×3']);
  teller.delivered().hear(incident('e'));
  assert.deepEqual(teller.done, [], 'and that begins another window');
  assert.deepEqual(teller.wake().done, ['send opened e ×1']);
  assert.deepEqual(teller.delivered().hear(over(incident('e'))).done, ['send recovered e ×1']);
});

test('another cause, or another slot, is another matter', () => {
  const teller = new Teller().hear(A).delivered();
  teller.hear(incident('b', { cause: 'crash' })).delivered();
  teller.hear(incident('c', { worker: { id: 2, slot: 2, pid: 43 } })).delivered();
  assert.deepEqual(teller.done, ['send opened a ×1', 'send opened b ×1', 'send opened c ×1']);
});

test('only what was asked for', () => {
  const ends = new Teller({ events: ['recovered'] }).hear(A, over(A));
  assert.deepEqual(ends.done, ['send recovered a ×1']);
  const openings = new Teller({ events: ['opened'] }).hear(A).delivered().hear(over(A));
  assert.deepEqual(openings.done, ['send opened a ×1']);
  const waiting = new Teller({ events: ['opened'] }).hear(A).failed().hear(over(A)).wake();
  assert.deepEqual(waiting.done, ['send opened a ×1', 'send opened a ×1']);
});

test('a full queue loses its oldest, but not what is under way', () => {
  const teller = new Teller({ queueLimit: 2, repeatWindowMs: 0 }).hear(A, B, incident('c'));
  assert.deepEqual(teller.done, ['send opened a ×1', 'dropped opened b ×1']);
  assert.deepEqual(teller.delivered().done, ['send opened c ×1']);
});

test('at the end everything is due, once', () => {
  const teller = new Teller().hear(A).failed().hear(B).react({ kind: 'closing' });
  assert.deepEqual(teller.done, ['send opened a ×1', 'send opened a ×1']);
  assert.deepEqual(teller.failed().done, ['gave-up opened a ×1', 'send opened b ×1']);
  assert.deepEqual(teller.delivered().state.queue, []);
});

test('whatever happens: one at a time, the queue bounded, at rest in the end, and the last word is true', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('open' as const), slot: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constant('end' as const), which: fc.nat() }),
    fc.record({ kind: fc.constant('answer' as const), taken: fc.boolean(), hopeless: fc.boolean() }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 200_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 2, max: 20 }), (steps, queueLimit) => {
      const teller = new Teller({ queueLimit });
      const open: Incident[] = [];
      const last = new Map<number, string>();
      const heard = new Map<number, string>();
      const lost = new Set<number>();
      let opened = 0;
      let told = 0;
      let underWay = 0;

      const look = (): void => {
        for (const { kind, message } of teller.actions.splice(0)) {
          const { slot } = message.incident.worker;
          if (kind === 'send') {
            underWay += 1;
            assert.equal(underWay, 1, 'one at a time');
            heard.set(slot, `${message.event} ${message.incident.id}`);
          } else {
            lost.add(slot);
          }
        }
        assert.ok(teller.state.queue.length <= queueLimit);
      };
      const answer = (failure: Partial<Failure> | undefined): void => {
        if (underWay === 0) return;
        underWay = 0;
        if (failure === undefined) {
          told += 1;
          teller.delivered();
        } else {
          teller.failed(failure);
        }
        look();
      };

      for (const one of steps) {
        if (one.kind === 'open') {
          const next = incident(String((opened += 1)), { worker: { id: opened, slot: one.slot, pid: 1 } });
          open.push(next);
          last.set(one.slot, `opened ${next.id}`);
          teller.hear(next);
        } else if (one.kind === 'end') {
          const [ended] = open.splice(one.which % Math.max(1, open.length), 1);
          if (ended === undefined) continue;
          if (last.get(ended.worker.slot) === `opened ${ended.id}`)
            last.set(ended.worker.slot, `recovered ${ended.id}`);
          teller.hear(over(ended));
        } else if (one.kind === 'answer') {
          answer(one.taken ? undefined : { hopeless: one.hopeless });
        } else {
          teller.nowMs += one.ms;
          teller.react({ kind: 'time' });
        }
        look();
      }
      // From here on everything is healthy: it comes to rest, and listeners know how each place stands.
      for (let i = 0; i < 1000; i += 1) {
        if (teller.state.sending) answer(undefined);
        else if (teller.wakeAtMs !== undefined) teller.wake();
        else break;
        look();
      }
      assert.equal(teller.wakeAtMs, undefined, 'it comes to rest');
      assert.deepEqual(teller.state.queue, []);
      assert.ok(told <= 2 * opened, 'never more than an opening and an end each');
      for (const [slot, state] of last) {
        if (!lost.has(slot) && open.every(({ worker }) => worker.slot !== slot))
          assert.match(heard.get(slot) ?? '', /^recovered /, state);
      }
    }),
    { numRuns: histories(300) },
  );
});

test('a place that flaps for an hour is told of twice in each window at most', () => {
  const teller = new Teller();
  let told = 0;
  for (let second = 0; second < 3600; second += 10) {
    teller.nowMs = second * 1000;
    teller.react({ kind: 'time' });
    teller.hear(incident(`${second}`), over(incident(`${second}`)));
    while (teller.state.sending) {
      told += 1;
      teller.delivered();
    }
  }
  assert.ok(told >= 12 && told <= 26, String(told));
});
