import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IndicatorReport } from '../../core/health-link.ts';
import { reportOf } from '../../core/support.test.ts';
import { logHealth } from './health-log.ts';
import type { Log } from '../log.ts';

function report(given: Partial<IndicatorReport>): IndicatorReport {
  return reportOf('db', { peer: 'db:5432', ...given });
}

const UP = report({});
const DOWN = report({ status: 'DOWN', sinceMs: 3000, error: 'refused', trouble: 'dependency-down' });
const SLOW = report({ slowSinceMs: 2000, durationMs: 812.3, trouble: 'dependency-slow' });

const TABLE: readonly (readonly [
  before: IndicatorReport | undefined,
  after: IndicatorReport,
  line: string | undefined,
])[] = [
  [undefined, UP, undefined],
  [report({ status: 'UNKNOWN' }), UP, undefined],
  [UP, report({ durationMs: 9 }), undefined],
  [UP, DOWN, 'error: db at db:5432 is down: refused'],
  [UP, { ...DOWN, critical: false }, 'warn: db at db:5432 is down: refused'],
  [report({ status: 'UNKNOWN' }), DOWN, 'error: db at db:5432 is down: refused'],
  [
    UP,
    { ...DOWN, trouble: 'disk-full', peer: '/data', error: '0 bytes free' },
    'error: db at /data is full: 0 bytes free',
  ],
  [DOWN, report({ sinceMs: 8200 }), 'info: db at db:5432 is up again, after 5.2 s'],
  [UP, SLOW, 'warn: db at db:5432 is slow: 812 ms'],
  [SLOW, UP, 'info: db at db:5432 is no longer slow'],
  [SLOW, DOWN, 'error: db at db:5432 is down: refused'],
  [UP, report({ status: 'OUT_OF_SERVICE' }), 'warn: db at db:5432 is out of service'],
];

for (const [before, after, line] of TABLE) {
  const show = (one: IndicatorReport | undefined): string =>
    one === undefined ? 'nothing' : `${one.status}${one.slowSinceMs === undefined ? '' : ', slow'}`;
  test(`from ${show(before)} to ${show(after)}: ${line ?? 'nothing is said'}`, () => {
    const lines: string[] = [];
    const say =
      (level: string) =>
      (_: object, message: string): void => {
        lines.push(`${level}: ${message}`);
      };
    const log: Log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
    logHealth(log, [after], before === undefined ? [] : [before]);
    assert.deepEqual(lines, line === undefined ? [] : [line]);
  });
}

test('a worker is named, a peer that nobody knows is not', () => {
  const lines: string[] = [];
  const log = {
    error: (fields: object, message: string) => lines.push(`${JSON.stringify(fields)} ${message}`),
  } as unknown as Log;
  logHealth(log, [{ ...DOWN, peer: undefined }], [UP], 3);
  assert.deepEqual(lines, [
    '{"indicator":"db","critical":true,"worker":3,"cause":"dependency-down"} worker 3: db is down: refused',
  ]);
});
