// Attacks by clients without any rights: how many honest requests are served, with Respite and without.
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Context, Goal, Outcome, Side } from '../lib/benchmark.ts';
import { medianAndRange, ms, percent } from '../lib/format.ts';
import { interleave, type Pair } from '../lib/interleave.ts';
import { ManagementPort } from '../lib/management.ts';
import { onLoadCore } from '../lib/pinning.ts';
import { end, start } from '../lib/processes.ts';
import { listen } from '../lib/server.ts';
import { median } from '../lib/statistics.ts';
import { type Attack, ATTACKS } from './attacks.ts';
import { honest, PATIENCE_MS, RATE_PER_SECOND, type Served } from './honest.ts';

const PAIRS = 5;
const SECONDS = 5;
const QUICK_SECONDS = 2;
/** From the start of the attacker's process until the first honest request. */
const LEAD_MS = 1000;
/** Where bare Node.js serves this share, Respite has to serve it too; elsewhere as much as bare Node.js. */
const ENOUGH = 0.95;

interface Row {
  readonly attack: Attack;
  readonly pairs: readonly Pair<Served>[];
}

export const attacks: Benchmark = {
  name: 'attacks',
  summary: 'honest clients while others attack: the share of their requests that is served',
  pinned: true,
  measures: ['src/admission', 'src/worker'],
  spread: 'pairs in alternating order; median, least and most',
  filters: { attack: ATTACKS.map(({ name }) => name) },
  async run({ quick, filters, say }: Context): Promise<Outcome> {
    const pairs = quick ? 1 : PAIRS;
    const seconds = quick ? QUICK_SECONDS : SECONDS;
    const rows: Row[] = [];
    for (const attack of ATTACKS) {
      if (!(filters['attack']?.includes(attack.name) ?? true)) continue;
      const { valid } = await interleave(pairs, (side) => measure(side, attack, seconds));
      rows.push({ attack, pairs: valid });
      say(`${attack.name}: bare ${sharesText(valid, 'bare')}, respite ${sharesText(valid, 'respite')}`);
    }
    return report(pairs, seconds, rows);
  },
};

async function measure(side: Side, attack: Attack, seconds: number): Promise<Served> {
  const { server, port } = await listen(side, 'attacked.mjs', {
    env: { HTTP2: attack.http2 === true ? '1' : '0', COST_MS: String(attack.costMs ?? 0) },
  });
  if (side === 'respite') await (await ManagementPort.of(server)).settled();
  const attacker = start(
    onLoadCore([process.execPath, path.join(import.meta.dirname, 'attacker.ts'), attack.name, String(port)]),
  );
  try {
    await delay(LEAD_MS);
    return await honest(port, attack, seconds);
  } finally {
    await end(attacker);
    await server.stop();
  }
}

function shares(pairs: readonly Pair<Served>[], side: Side): readonly number[] {
  return pairs.map((pair) => pair[side].served / pair[side].requests);
}

function sharesText(pairs: readonly Pair<Served>[], side: Side): string {
  return medianAndRange(shares(pairs, side), percent);
}

function goalOf({ attack, pairs }: Row): Goal {
  const bare = median(shares(pairs, 'bare'));
  const respite = median(shares(pairs, 'respite'));
  const wanted = Math.min(bare, ENOUGH);
  return {
    what: attack.what,
    goal: `served ≥ ${percent(wanted)}`,
    figure: percent(respite),
    holds: respite >= wanted,
  };
}

function report(pairs: number, seconds: number, rows: readonly Row[]): Outcome {
  return {
    goals: rows.map(goalOf),
    tables: [
      {
        title: 'Honest requests served, median and range; their p99',
        columns: ['attack', 'bare', 'respite', 'p99 bare', 'p99 respite', 'otherwise, respite'],
        rows: rows.map(({ attack, pairs: measured }) => [
          attack.name,
          sharesText(measured, 'bare'),
          sharesText(measured, 'respite'),
          medianAndRange(p99s(measured, 'bare'), ms),
          medianAndRange(p99s(measured, 'respite'), ms),
          othersText(measured),
        ]),
      },
    ],
    notes: [
      `A request is served when 200 has come within ${PATIENCE_MS} ms. The goal is what bare Node.js serves in the same run, at most ${percent(ENOUGH)}.`,
    ],
    settings: {
      'pairs of each attack': pairs,
      seconds,
      'honest requests a second': RATE_PER_SECOND,
      'ms of attack before the first': LEAD_MS,
    },
    measurements: rows.map(({ attack, pairs: measured }) => ({ attack: attack.name, pairs: measured })),
  };
}

/** Without runs in which nothing was served. */
function p99s(pairs: readonly Pair<Served>[], side: Side): readonly number[] {
  return pairs.map((pair) => pair[side].p99Ms).filter((value) => !Number.isNaN(value));
}

function othersText(pairs: readonly Pair<Served>[]): string {
  const sums = new Map<string, number>();
  for (const { respite } of pairs) {
    for (const [outcome, count] of Object.entries(respite.outcomes)) {
      if (outcome !== '200') sums.set(outcome, (sums.get(outcome) ?? 0) + count);
    }
  }
  return [...sums].map(([outcome, count]) => `${count} × ${outcome}`).join(', ') || '–';
}
