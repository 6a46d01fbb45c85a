import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchdogReport } from '../../../worker/index.ts';
import { FrequentBlocks } from './frequent-blocks.ts';
import type { Finding } from './finding.ts';

/** @param at What comes on top in each quarter of a second. */
function watch(
  forSeconds: number,
  at: (second: number) => { readonly shortMs?: number; readonly starvedMs?: number },
): { readonly second: number; readonly finding: Finding } | undefined {
  const blocks = new FrequentBlocks(3);
  let shortBlocksMs = 5000;
  for (let quarter = 0; quarter <= 4 * forSeconds; quarter += 1) {
    const { shortMs = 0, starvedMs = 0 } = at(quarter / 4);
    shortBlocksMs += shortMs;
    const report = { shortBlocksMs, starvedMs, lastRequest: 'GET /render', utilization: 1 } as WatchdogReport;
    const finding = blocks.judge(report, quarter * 250);
    if (finding !== undefined) return { second: quarter / 4, finding };
  }
  return undefined;
}

test('short blocks that take half of a minute are reported, and nothing is replaced for them', () => {
  const found = watch(100, () => ({ shortMs: 125 }));
  assert.deepEqual(
    [found?.second, found?.finding.severity, found?.finding.cause],
    [60, 'report', 'event-loop-blocked'],
  );
  assert.equal(
    found?.finding.summary,
    'the event loop of worker 3 is blocked often: short blocks took 50 % of the last 60 s',
  );
  assert.match(found.finding.facts.join('\n'), /GET \/render/);
});

test('a busy loop without blocks, few blocks, and what a machine without a processor makes of it are no fault', () => {
  assert.equal(
    watch(300, () => ({})),
    undefined,
  );
  assert.equal(
    watch(300, () => ({ shortMs: 110 })),
    undefined,
  );
  assert.equal(
    watch(300, () => ({ shortMs: 200, starvedMs: 150 })),
    undefined,
  );
  assert.equal(
    watch(300, (second) => ({ shortMs: second % 120 < 30 ? 120 : 0 })),
    undefined,
  );
});

test('it is the last minute that counts', () => {
  assert.equal(watch(300, (second) => ({ shortMs: second < 200 ? 0 : 250 }))?.second, 227);
});
