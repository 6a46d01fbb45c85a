import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recording } from './recording.ts';

const RATE = 50;
const SCRAPE_MS = 2000;

interface Moment {
  readonly good: number;
  readonly bad: number;
  readonly ready: number;
  readonly crashes: number;
}

function scrape({ good, bad, ready, crashes }: Moment): string {
  return `# HELP respite_workers Workers by state.
http_server_request_duration_seconds_count{http_route="/",http_response_status_code="200"} ${good}
${bad === 0 ? '' : `http_server_request_duration_seconds_count{http_route="/",http_response_status_code="503"} ${bad}`}
respite_admission_connections_refused_total 0
respite_fallback_responses_total 0
respite_workers{state="ready"} ${ready}
respite_incidents_open{cause="crash"} ${crashes}
respite_worker_restarts_total{cause="exit"} 0
some_other_metric{path="a \\"quoted\\" one"} 1
`;
}

/** Records a time in which requests fail, from the tenth second on. @returns What would have fired. */
function alertsAfter(
  failMs: number,
  more: { readonly ready?: number; readonly crashes?: number } = {},
): string[] {
  const recording = new Recording();
  let [good, bad] = [1000, 0];
  for (let ms = 0; ms <= 20_000 + failMs; ms += SCRAPE_MS) {
    const fails = ms > 10_000 && ms <= 10_000 + failMs;
    if (ms > 0) {
      good += fails ? 0 : (RATE * SCRAPE_MS) / 1000;
      bad += fails ? (RATE * SCRAPE_MS) / 1000 : 0;
    }
    const { ready = 2, crashes = 0 } = fails ? more : {};
    recording.add(scrape({ good, bad, ready, crashes }), ms);
  }
  return recording.alerts(10_000).map(({ alert, severity }) => `${severity} ${alert}`);
}

test('nothing fires when nothing is wrong', () => {
  assert.deepEqual(alertsAfter(0), []);
});

test('an outage of twenty seconds in an hour wakes no one; one of two minutes does', () => {
  assert.deepEqual(alertsAfter(20_000), []);
  assert.deepEqual(alertsAfter(120_000), ['page RespiteGoodputBurnsFast']);
});

test('a minute without a ready worker wakes someone, ten seconds do not', () => {
  assert.deepEqual(alertsAfter(10_000, { ready: 0 }), []);
  assert.ok(alertsAfter(100_000, { ready: 0 }).includes('page RespiteNoWorkerReady'));
});

test('a crash loop wakes someone when it lasts', () => {
  assert.deepEqual(alertsAfter(30_000, { crashes: 1 }), []);
  assert.ok(alertsAfter(220_000, { crashes: 1 }).includes('page RespiteCrashLoop'));
});

test('an instance that does not answer for long wakes someone', () => {
  const recording = new Recording();
  const calm = scrape({ good: 1000, bad: 0, ready: 2, crashes: 0 });
  for (let ms = 0; ms <= 180_000; ms += SCRAPE_MS) recording.add(ms > 10_000 ? undefined : calm, ms);
  assert.deepEqual(
    recording.alerts(10_000).map(({ alert }) => alert),
    ['RespiteInstanceGone'],
  );
});

test('without a scrape there is nothing to say', () => {
  assert.deepEqual(new Recording().alerts(0), []);
});
