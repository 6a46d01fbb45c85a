import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { LoadReport, type LoadReports } from './load-report.ts';

interface Setup {
  readonly report: LoadReport;
  readonly requests: { completed: number };
  readonly pass: (ms: number) => void;
  /** How often a report was made. */
  readonly made: () => number;
}

function setup(t: TestContext, when: LoadReports, workers: number = 1): Setup {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let nowMs = 0;
  let made = 0;
  const requests = { completed: 0 };
  const source = {
    figures() {
      made += 1;
      return {
        limit: 10,
        inFlight: 10,
        bodyBudgetBytes: 100,
        bytesInFlight: 0,
        utilization: 1,
        refusedShare: 0,
        pressure: [{ signal: 'memory', value: 0.4321, pressure: 0 }],
      };
    },
  };
  const pass = (ms: number): void => {
    nowMs += ms;
    t.mock.timers.tick(ms);
  };
  return {
    report: new LoadReport(when, source, requests, () => nowMs, workers),
    requests,
    pass,
    made: () => made,
  };
}

const figure = (line: string | undefined, name: string): number =>
  Number(new RegExp(`${name}=([\\d.]+)`).exec(line ?? '')?.[1]);

test('only requests that ask get a report, in the format that they ask for', (t) => {
  const { report } = setup(t, 'asked');
  assert.equal(report.lineFor({}), undefined);
  const line = report.lineFor({ 'endpoint-load-metrics-format': 'text' }) ?? '';
  assert.match(
    line,
    /^endpoint-load-metrics: TEXT application_utilization=1, cpu_utilization=0, mem_utilization=0\.432, rps_fractional=0\r\n$/,
  );
  const json = report.lineFor({ 'endpoint-load-metrics-format': 'JSON' }) ?? '';
  assert.match(json, /^endpoint-load-metrics: JSON \{.*\}\r\n$/);
  assert.equal(JSON.parse(json.slice(json.indexOf('{'))).mem_utilization, 0.432);
});

test('always: every response, as text unless it is asked for', (t) => {
  const { report } = setup(t, 'always');
  assert.match(report.lineFor({}) ?? '', /: TEXT /);
  assert.match(report.lineFor({ 'endpoint-load-metrics-format': 'json' }) ?? '', /: JSON /);
});

test('it is made a few times a second, however many responses there are, and not while there are none', (t) => {
  const { report, pass, made } = setup(t, 'always');
  for (let ms = 0; ms < 1000; ms += 1) {
    report.lineFor({});
    pass(1);
  }
  assert.equal(made(), 4);
  pass(60_000);
  assert.equal(made(), 4);
});

test('the rate is that of all workers, and smoothed', (t) => {
  const { report, requests, pass } = setup(t, 'always', 3);
  assert.equal(figure(report.lineFor({}), 'rps_fractional'), 0);
  for (let i = 0; i < 40; i += 1) {
    pass(250);
    requests.completed += 25;
    report.lineFor({});
  }
  assert.ok(Math.abs(figure(report.lineFor({}), 'rps_fractional') - 300) < 5);
});
