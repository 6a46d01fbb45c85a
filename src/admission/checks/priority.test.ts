import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pressure } from '../pressure/index.ts';
import { type PriorityOptions, resolvePriorityOptions } from '../priority/options.ts';
import { Repeats } from '../classify/repeats.ts';
import { INTERVAL_MS, PriorityCheck } from './priority.ts';

type Asking = Parameters<PriorityCheck['admits']>[0];

function request(rank: number, user?: string, attempt?: number): Asking {
  const headers = {
    ...(user !== undefined && { 'x-user': user }),
    ...(attempt !== undefined && { 'respite-attempt': String(attempt) }),
  };
  return { isDecided: false, requestClass: { rank }, headers } as Asking;
}

const CRITICAL = 1;
const SHEDDABLE = 3;

/** What each interval brings. */
interface Load {
  readonly asking: readonly {
    readonly rank: number;
    readonly user?: string;
    readonly attempt?: number;
  }[];
  /** Of those let through, how many a limit then sheds. */
  readonly limitSheds?: (passed: number) => number;
}

function run(
  { asking, limitSheds = () => 0 }: Load,
  options: PriorityOptions & { press?: number; hasCheck?: boolean } = {},
): { check: PriorityCheck; admitted: Map<string, number> } {
  const { press = 0, hasCheck = false, ...priority } = options;
  const pressure = new Pressure();
  pressure.register({ name: 'x', read: () => press, enter: 1, exit: 0 }, hasCheck);
  const repeats = new Repeats();
  const check = new PriorityCheck(
    resolvePriorityOptions({ identity: 'x-user', salt: 'x', ...priority }),
    pressure,
    repeats,
    undefined,
    0,
    undefined,
    () => 0,
  );
  const admitted = new Map<string, number>();
  for (let interval = 1; interval <= 30; interval += 1) {
    let passed = 0;
    let last = 0;
    for (const { rank, user, attempt } of asking) {
      const asked = request(rank, user, attempt);
      repeats.arrives(asked.headers, interval * INTERVAL_MS);
      if (!check.admits(asked, interval * INTERVAL_MS)) continue;
      passed += 1;
      last = rank;
      const who = user ?? (attempt === undefined ? String(rank) : `attempt ${attempt}`);
      if (interval > 20) admitted.set(who, (admitted.get(who) ?? 0) + 1);
    }
    const shed = Math.min(passed, Math.round(limitSheds(passed)));
    for (let i = 0; i < shed; i += 1) check.shed(request(last), 'in-flight');
    for (let i = 0; i < passed - shed; i += 1) check.completed();
    pressure.sample(interval * INTERVAL_MS);
    check.decide(interval * INTERVAL_MS);
  }
  return { check, admitted };
}

const times = <T>(count: number, item: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => item(i));

/** A gate behind which 50 requests an interval have room. */
const roomFor50 = (passed: number): number => passed - 50;

test('with two classes the gates have little to shed: the lower class is refused beforehand', () => {
  const asking = [...times(25, () => ({ rank: CRITICAL })), ...times(225, () => ({ rank: SHEDDABLE }))];
  const { check, admitted } = run({ asking, limitSheds: roomFor50 }, { identity: undefined });
  assert.ok(check.shedShare > 0.7 && check.shedShare < 0.9, String(check.shedShare));
  assert.equal(admitted.get(String(CRITICAL)), 250);
});

test('where all requests are alike, what a gate sheds is left to the gate', () => {
  const asking = times(250, () => ({ rank: CRITICAL }));
  const { check } = run({ asking, limitSheds: roomFor50 }, { identity: undefined, press: 1, hasCheck: true });
  assert.equal(check.shedShare, 0);
});

test('pressure that no gate answers is answered even then', () => {
  const asking = times(250, () => ({ rank: CRITICAL }));
  const { check } = run({ asking }, { identity: undefined, press: 1 });
  assert.ok(check.shedShare > 0.3, String(check.shedShare));
});

test('inside of a class, repeats are shed before first attempts', () => {
  const first = times(40, () => ({ rank: CRITICAL }));
  const repeated = times(60, () => ({ rank: CRITICAL, attempt: 2 }));
  const asking = [...first, ...repeated];
  const { admitted } = run({ asking, limitSheds: roomFor50 }, { identity: undefined });
  assert.ok((admitted.get(String(CRITICAL)) ?? 0) >= 390, JSON.stringify([...admitted]));
  assert.ok((admitted.get('attempt 2') ?? 0) < 300, JSON.stringify([...admitted]));
});

test('repeats of an important class go before first attempts of a less important one', () => {
  const important = times(25, () => ({ rank: CRITICAL, attempt: 2 }));
  const asking = [...important, ...times(225, () => ({ rank: SHEDDABLE }))];
  const { admitted } = run({ asking, limitSheds: roomFor50 }, { identity: undefined });
  assert.equal(admitted.get('attempt 2'), 250);
});

test('with an identity some users are served whole and others not at all', () => {
  const asking = times(250, (i) => ({ rank: CRITICAL, user: `user-${i % 50}` }));
  const { admitted } = run({ asking, limitSheds: roomFor50 });
  const served = [...admitted.values()];
  // Five requests an interval, ten intervals; all but the users of the cohort at the threshold have all or none.
  const whole = served.filter((count) => count === 50).length;
  assert.ok(whole >= 8 && whole <= 15, String(whole));
  assert.ok(served.length - whole <= 4, `${served.length - whole} users are served in part`);
});
