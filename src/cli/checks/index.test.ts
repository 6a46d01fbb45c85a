import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { IndicatorReport } from '../../core/health-link.ts';
import { reportOf } from '../../core/support.test.ts';
import { custom } from '../../health/index.ts';
import type { ChecksProcessConfig } from './checks-process.ts';
import { ConfiguredChecks } from './index.ts';

interface Started extends ChecksProcessConfig {
  readonly added: string[];
}

interface Setup {
  readonly checks: ConfiguredChecks;
  readonly started: Started[];
  readonly lines: string[];
  readonly pass: (ms: number) => void;
  readonly statuses: () => readonly string[];
}

function setup(t: TestContext): Setup {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const started: Started[] = [];
  const lines: string[] = [];
  const say = (_fields: object, message: string): void => void lines.push(message);
  const check = custom(() => {}, { peer: 'amqp://app:s3cret@mq' });
  const checks = new ConfiguredChecks({
    options: { indicators: { a: { check }, b: { check } } },
    file: '/srv/respite.config.mjs',
    log: { debug: say, info: say, warn: say, error: say },
    startProcess: (config) => {
      const added: string[] = [];
      started.push({ ...config, added });
      return { add: (name) => void added.push(name), stop: async () => {} };
    },
  });
  const statuses = (): readonly string[] => checks.reports().map(({ name, status }) => `${name} ${status}`);
  return { checks, started, lines, statuses, pass: (ms) => t.mock.timers.tick(ms) };
}

const both = (status: IndicatorReport['status']): readonly IndicatorReport[] => [
  reportOf('a', { status }),
  reportOf('b', { status }),
];

const NOTHING = { names: [], running: undefined };
const RAN_A = { names: ['a', 'b'], running: 'a' };

test('nothing is known until the process reports, and peers hold no secrets', (t) => {
  const { checks, started, statuses } = setup(t);
  assert.deepEqual(statuses(), ['a UNKNOWN', 'b UNKNOWN']);
  assert.equal(checks.reports()[0]?.peer, 'amqp://***@mq');
  started[0]?.onReports([reportOf('b'), reportOf('unheard of')]);
  assert.deepEqual(statuses(), ['a UNKNOWN', 'b UP']);
});

test('what was found survives the process, and is unknown when no other one comes', (t) => {
  const { started, statuses, lines, pass } = setup(t);
  started[0]?.onReports(both('UP'));
  started[0]?.onEnd('ended with code 1', NOTHING);
  assert.match(
    lines.at(-1) ?? '',
    /^the process for health checks ended with code 1; another one starts in 1 s$/,
  );
  pass(1000);
  assert.equal(started.length, 2);
  started[1]?.onReports(both('UNKNOWN'));
  assert.deepEqual(statuses(), ['a UP', 'b UP']);
  started[1]?.onEnd('ended with code 1', NOTHING);
  pass(30_000);
  assert.deepEqual(statuses(), ['a UNKNOWN', 'b UNKNOWN']);
});

test('a check that ends its process is down and left out, for longer each time', (t) => {
  const { checks, started, statuses, pass } = setup(t);
  started[0]?.onReports(both('UP'));
  started[0]?.onEnd('was killed: it was blocked for 10 s', RAN_A);
  assert.deepEqual(statuses(), ['a DOWN', 'b UP']);
  assert.equal(
    checks.reports()[0]?.error,
    'its process was killed: it was blocked for 10 s; it is checked again in 30 s',
  );
  pass(1000);
  assert.deepEqual(started[1]?.except(), ['a']);
  started[1]?.onReports([reportOf('b')]);
  pass(29_000);
  assert.deepEqual([started[1]?.added, started[1]?.except()], [['a'], []]);
  started[1]?.onEnd('ended by SIGKILL', RAN_A);
  assert.match(checks.reports()[0]?.error ?? '', /again in 60 s$/);
  pass(1000);
  pass(59_000);
  started[2]?.onReports(both('UP'));
  assert.deepEqual(statuses(), ['a UP', 'b UP']);
});

test('a check that only waits when its process ends stays as it was', (t) => {
  const { started, statuses, lines } = setup(t);
  started[0]?.onReports(both('UP'));
  started[0]?.onEnd('ended by SIGKILL', { names: ['a'], running: undefined });
  assert.deepEqual(statuses(), ['a UP', 'b UP']);
  assert.match(lines.at(-1) ?? '', /ended by SIGKILL while it ran a; another one/);
});

test('stopped, no other process is started, and nothing is logged', async (t) => {
  const { checks, started, lines, pass } = setup(t);
  await checks.close();
  started[0]?.onEnd('ended with code 0', RAN_A);
  pass(60_000);
  assert.deepEqual([started.length, lines], [1, []]);
});
