import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import type { RequestInFlight } from '../in-flight/request.ts';
import { admissionWith } from '../admission-support.test.ts';
import { createRegistry, type InstrumentRegistry } from '../../core/instruments.ts';
import type { AdmissionOptions } from '../options.ts';
import { resolvePolicy } from '../policy.ts';
import { HintedCriticality, hintOf } from './hints.ts';

for (const [headers, hint] of [
  [{}, undefined],
  [{ 'sec-purpose': 'prefetch' }, 'prefetch'],
  [{ 'sec-purpose': 'prefetch;prerender' }, 'prefetch'],
  [{ 'sec-purpose': 'reload' }, undefined],
  [{ priority: 'u=7' }, 'urgency'],
  [{ priority: 'i, u=6' }, 'urgency'],
  [{ priority: 'u=5, i' }, undefined],
  [{ priority: 'u=66' }, undefined],
  [{ 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }, 'bot'],
  [{ 'user-agent': 'Mozilla/5.0 (compatible; bingbot/2.0)' }, 'bot'],
  [{ 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0 Safari/537.36' }, undefined],
  [{ 'user-agent': 'Robotics App/1.0 (Cubot X30)' }, 'bot'],
  [{ 'user-agent': 'Bottle/0.13' }, undefined],
] as const) {
  test(`${JSON.stringify(headers)}: ${hint ?? 'no hint'}`, () => assert.equal(hintOf(headers), hint));
}

const PREFETCH = { 'sec-purpose': 'prefetch' };
const LATER = { priority: 'u=6' };
const BOT = { 'user-agent': 'Googlebot/2.1' };
const unwritten = resolvePolicy('policy', { cost: 2 });
const critical = resolvePolicy('policy', 'critical');

test('a prefetch and a bot are sheddable, low urgency is one class lower; nothing else of the policy changes', () => {
  const hints = new HintedCriticality(false, 'critical');
  const of = (headers: IncomingHttpHeaders): unknown =>
    hints.policyFor(unwritten, headers, false).criticality;
  assert.deepEqual([PREFETCH, BOT, LATER, {}].map(of), [
    'sheddable',
    'sheddable',
    'sheddable-plus',
    undefined,
  ]);
  assert.deepEqual(hints.policyFor(unwritten, BOT, false), { ...unwritten, criticality: 'sheddable' });
  assert.equal(hints.policyFor(unwritten, BOT, false), hints.policyFor(unwritten, PREFETCH, false));
});

test('a class that was configured holds against a bot, which may be a partner’s program', () => {
  const hints = new HintedCriticality(false, 'critical');
  assert.equal(hints.policyFor(critical, BOT, true), critical);
  assert.equal(hints.policyFor(critical, PREFETCH, true).criticality, 'sheddable');
});

test('no hint raises a class, or ends an exemption', () => {
  const hints = new HintedCriticality(false, 'critical');
  const sheddable = resolvePolicy('policy', 'sheddable');
  const exempt = resolvePolicy('policy', { exempt: true });
  for (const headers of [PREFETCH, LATER, BOT]) {
    assert.equal(hints.policyFor(sheddable, headers, false), sheddable);
    assert.equal(hints.policyFor(exempt, headers, false), exempt);
  }
});

test('when the policy becomes known later, the lower of the two classes holds', () => {
  const hints = new HintedCriticality(false, 'critical');
  const guessed = hints.policyFor(unwritten, LATER, false);
  assert.equal(hints.originalOf(guessed), unwritten);
  assert.equal(hints.policyAfter(guessed, critical).criticality, 'sheddable-plus');
  assert.equal(hints.policyAfter(guessed, resolvePolicy('p', 'sheddable')).criticality, 'sheddable');
  assert.equal(hints.policyAfter(unwritten, critical), critical);
});

interface Served {
  readonly page: number;
  readonly prefetch: number;
}

/** The share that is let in of each kind, in four seconds of three times the load that ten in flight can take. */
function overload(hints: AdmissionOptions['hints'], load = 3): Served {
  let nowMs = 0;
  const admission = admissionWith({ limit: 10, turnBudget: false, hints }, () => nowMs);
  const asked = { page: 0, prefetch: 0 };
  const served = { page: 0, prefetch: 0 };
  const running: { readonly request: RequestInFlight; readonly endMs: number }[] = [];
  // Each takes 100 ms, so 100 a second is what fits. A third are pages, which fit by themselves.
  for (let i = 0; nowMs < 4000; i += 1) {
    nowMs = (i * 10) / load;
    while ((running[0]?.endMs ?? Infinity) <= nowMs) running.shift()?.request.end(200);
    const kind = i % 3 === 0 ? 'page' : 'prefetch';
    const outcome = admission.request('GET', '/', 0, kind === 'page' ? {} : PREFETCH);
    const isCounted = nowMs >= 1000;
    if (isCounted) asked[kind] += 1;
    if (!('admission' in outcome)) continue;
    if (isCounted) served[kind] += 1;
    running.push({ request: outcome, endMs: nowMs + 100 });
  }
  return { page: served.page / asked.page, prefetch: served.prefetch / asked.prefetch };
}

test('under three times the load pages are served and prefetches shed; without hints both suffer', () => {
  const on = overload('on');
  assert.ok(on.page >= 0.9 && on.prefetch < 0.3, JSON.stringify(on));
  const off = overload('off');
  assert.ok(off.page < 0.6, JSON.stringify(off));
});

test('hints are read until ten seconds after the last shed request: the next page loads more ahead', () => {
  let nowMs = 0;
  const admission = admissionWith({ limit: 1, turnBudget: false }, () => nowMs);
  const classAfter = (ms: number): string => {
    nowMs += ms;
    const outcome = admission.request('GET', '/', 0, PREFETCH);
    assert.ok('admission' in outcome);
    outcome.end(200);
    return outcome.requestClass.policy.criticality ?? 'critical';
  };
  assert.equal(classAfter(0), 'critical');
  const page = admission.request('GET', '/', 0, {});
  assert.ok(!('admission' in admission.request('GET', '/', 0, {})), 'it is full');
  assert.ok('admission' in page);
  page.end(200);
  assert.equal(classAfter(200), 'sheddable');
  assert.equal(classAfter(5000), 'sheddable');
  assert.equal(classAfter(6000), 'critical');
});

test('in the calm no header is looked at', () => {
  const admission = admissionWith({});
  const headers = new Proxy(
    {},
    {
      get(_, name) {
        assert.ok(name !== 'sec-purpose' && name !== 'user-agent' && name !== 'priority', String(name));
        return undefined;
      },
    },
  );
  assert.ok('admission' in admission.request('GET', '/', 0, headers));
});

test('a dry run changes nothing and counts; so does the metric', () => {
  const holder = process as unknown as { [key: symbol]: InstrumentRegistry | undefined };
  const key = Symbol.for('respite.instruments');
  const before = holder[key];
  holder[key] = createRegistry();
  try {
    const hints = new HintedCriticality(true, 'critical');
    assert.equal(hints.policyFor(unwritten, PREFETCH, false), unwritten);
    const [instrument] = holder[key].read();
    assert.equal(instrument?.name, 'respite_admission_guessed_total');
    assert.deepEqual(
      instrument.series.map(({ labels, value }) => [labels['hint'], labels['decision'], value]),
      [
        ['prefetch', 'would-lower', 1],
        ['urgency', 'would-lower', 0],
        ['bot', 'would-lower', 0],
      ],
    );
  } finally {
    holder[key] = before;
  }
});
