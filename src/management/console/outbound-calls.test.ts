import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Instrument } from '../../core/instruments.ts';
import { type Caller, OutboundCalls } from './outbound-calls.ts';
import type { ShownOrigin, ShownOutbound } from './protocol.ts';

const MAILBOX = 'http://mailbox.internal';

interface Told {
  readonly ok?: number;
  readonly failed?: number;
  readonly tookSeconds?: number;
  readonly inFlight?: number;
  readonly retries?: number;
  readonly heldBack?: number;
  readonly state?: string;
  readonly mode?: 'enforced' | 'dry-run';
}

/** What a worker says, by origin. */
function instruments(origins: Readonly<Record<string, Told>>): Instrument[] {
  const found: Instrument[] = [];
  for (const [peer, told] of Object.entries(origins)) {
    const add = (
      name: string,
      value: number | undefined,
      labels: Readonly<Record<string, string>> = {},
    ): void => {
      if (value === undefined) return;
      const series = [{ labels: { peer, ...labels }, value }];
      found.push({ name: `respite_client_${name}`, help: '', type: 'counter', series });
    };
    const { state, mode = 'enforced' } = told;
    add('requests_total', told.ok, { outcome: '2xx' });
    add('requests_total', told.failed, { outcome: '5xx' });
    add('request_seconds_total', told.tookSeconds);
    add('requests_in_flight', told.inFlight);
    add('retries_total', told.retries);
    add('held_back_total', told.heldBack, { reason: 'circuit-open' });
    if (state !== undefined) add('peers', 1, { state, mode });
  }
  return found;
}

function caller(id: number, origins: Readonly<Record<string, Told>>, sampleAgeMs = 0): Caller {
  return { id, sampleAgeMs, sample: { instruments: instruments(origins) } };
}

function rowOf(shown: ShownOutbound | undefined, origin: string = MAILBOX): ShownOrigin {
  const row = shown?.origins.find((each) => each.origin === origin);
  assert.ok(row, `no row for ${origin}`);
  return row;
}

test('nothing is shown while no worker makes calls', () => {
  const calls = new OutboundCalls();
  assert.equal(calls.read([], 0), undefined);
  assert.equal(
    calls.read([caller(1, {}), { id: 2, sample: undefined, sampleAgeMs: undefined }], 2000),
    undefined,
  );
});

test('rates, failures and means are those between samples, not between readings', () => {
  const calls = new OutboundCalls();
  const first = rowOf(calls.read([caller(1, { [MAILBOX]: { ok: 100, failed: 50, tookSeconds: 9 } })], 0));
  assert.deepEqual([first.perSecond, first.failedShare, first.meanMs], [undefined, undefined, undefined]);
  // Read after 2 s; the sample came 1 s after the first.
  const second = caller(1, { [MAILBOX]: { ok: 175, failed: 75, tookSeconds: 11 } }, 1000);
  const row = rowOf(calls.read([second], 2000));
  assert.deepEqual([row.perSecond, row.failedShare, row.meanMs], [100, 0.25, 20]);
});

test('samples are looked at once in two seconds, and those of ten seconds count', () => {
  const calls = new OutboundCalls();
  calls.read([caller(1, { [MAILBOX]: { ok: 0 } })], 0);
  assert.equal(rowOf(calls.read([caller(1, { [MAILBOX]: { ok: 900 } })], 1999)).perSecond, undefined);
  for (let second = 2; second <= 40; second += 2) {
    const isBusy = second > 20;
    const ok = isBusy ? 10 * (second - 20) : 0;
    calls.read([caller(1, { [MAILBOX]: { ok } })], second * 1000);
  }
  assert.equal(rowOf(calls.read([caller(1, { [MAILBOX]: { ok: 220 } })], 42_000)).perSecond, 10);
});

test('a worker that takes the place of another makes no peak and no gap for the others', () => {
  const calls = new OutboundCalls();
  const stays = (second: number): Caller => caller(1, { [MAILBOX]: { ok: 10 * second } });
  calls.read([stays(0), caller(2, { [MAILBOX]: { ok: 50_000 } })], 0);
  assert.equal(rowOf(calls.read([stays(2), caller(2, { [MAILBOX]: { ok: 50_020 } })], 2000)).perSecond, 20);
  assert.equal(rowOf(calls.read([stays(4), caller(3, { [MAILBOX]: { ok: 700 } })], 4000)).perSecond, 10);
  assert.equal(rowOf(calls.read([stays(6), caller(3, { [MAILBOX]: { ok: 720 } })], 6000)).perSecond, 20);
});

test('a worker that has reported nothing for a while has no rates; what it waits for is still shown', () => {
  const calls = new OutboundCalls();
  calls.read([caller(1, { [MAILBOX]: { ok: 0, inFlight: 1 } })], 0);
  const last = caller(1, { [MAILBOX]: { ok: 20, inFlight: 7 } });
  assert.equal(rowOf(calls.read([last], 2000)).perSecond, 10);
  const row = rowOf(calls.read([{ ...last, sampleAgeMs: 4000 }], 6000));
  assert.deepEqual([row.perSecond, row.failedShare, row.inFlight], [undefined, undefined, 7]);
});

test('an origin that appears has begun at zero', () => {
  const calls = new OutboundCalls();
  calls.read([caller(1, { [MAILBOX]: { ok: 5 } })], 0);
  const both = caller(1, { [MAILBOX]: { ok: 5 }, 'http://new.internal': { ok: 8 } });
  const shown = calls.read([both], 2000);
  assert.deepEqual([rowOf(shown).perSecond, rowOf(shown, 'http://new.internal').perSecond], [0, 4]);
});

test('the worst state is shown with how many are in it; without policies there is none', () => {
  const calls = new OutboundCalls();
  const workers = (retries: number): Caller[] => [
    caller(1, {
      [MAILBOX]: { ok: 1, state: 'closed', retries, heldBack: 0 },
      'http://plain.internal': { ok: 1 },
    }),
    caller(2, { [MAILBOX]: { ok: 1, state: 'open', retries: 0, heldBack: 2 * retries, mode: 'dry-run' } }),
    caller(3, { [MAILBOX]: { ok: 1, state: 'half-open' } }),
    caller(4, { [MAILBOX]: { ok: 1, state: 'of another version' } }),
  ];
  calls.read(workers(0), 0);
  const shown = calls.read(workers(4), 2000);
  const { state, isDryRun, retriesPerSecond, heldBackPerSecond } = rowOf(shown);
  assert.deepEqual(state, { name: 'open', count: 1, of: 3 });
  assert.deepEqual([isDryRun, retriesPerSecond, heldBackPerSecond], [true, 2, 4]);
  const plain = rowOf(shown, 'http://plain.internal');
  assert.deepEqual([plain.state, plain.retriesPerSecond, plain.isDryRun], [undefined, undefined, false]);
});

test('the ten busiest in alphabetical order; first those from which calls are held back', () => {
  const calls = new OutboundCalls();
  const origins = (second: number): Record<string, Told> => ({
    ...Object.fromEntries(
      Array.from({ length: 15 }, (_, i) => [`http://${String.fromCharCode(97 + i)}`, { ok: second * i }]),
    ),
    'http://open': { ok: 0, state: 'open' },
  });
  calls.read([caller(1, origins(0))], 0);
  const shown = calls.read([caller(1, origins(2))], 2000);
  assert.equal(shown?.more, 6);
  assert.deepEqual(
    shown?.origins.map(({ origin }) => origin),
    [...Array.from('ghijklmno', (name) => `http://${name}`), 'http://open'],
  );
});

test('bounded and in order, whatever workers say, when they restart and when clocks jump', () => {
  const told = fc.record({ ok: fc.nat(), failed: fc.nat(), heldBack: fc.nat(), inFlight: fc.nat(9) });
  const worker = fc.record({
    id: fc.integer({ min: 1, max: 3 }),
    sampleAgeMs: fc.integer({ min: 0, max: 20_000 }),
    origins: fc.dictionary(fc.string({ maxLength: 300 }), told, { maxKeys: 20 }),
  });
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 30_000 }),
    workers: fc.uniqueArray(worker, { selector: ({ id }) => id, maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const calls = new OutboundCalls();
      let nowMs = 0;
      for (const { afterMs, workers } of steps) {
        nowMs += afterMs;
        const shown = calls.read(
          workers.map(({ id, origins, sampleAgeMs }) => caller(id, origins, sampleAgeMs)),
          nowMs,
        );
        if (shown === undefined) continue;
        const names = shown.origins.map(({ origin }) => origin);
        assert.ok(names.length <= 10 && new Set(names).size === names.length);
        assert.deepEqual(names, [...names].toSorted());
        for (const {
          origin,
          perSecond = 0,
          failedShare = 0,
          meanMs = 0,
          heldBackPerSecond = 0,
        } of shown.origins) {
          assert.ok(origin.length <= 100);
          assert.ok(failedShare >= 0 && failedShare <= 1, `${failedShare}`);
          for (const value of [perSecond, meanMs, heldBackPerSecond]) {
            assert.ok(Number.isFinite(value) && value >= 0, `${value}`);
          }
        }
      }
    }),
  );
});
