import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, resolveLogSettings } from './log.ts';

for (const [env, terminal, expected] of [
  [{}, false, { level: 'info', style: 'json' }],
  [{}, true, { level: 'info', style: 'color' }],
  [{ NO_COLOR: '1' }, true, { level: 'info', style: 'plain' }],
  [{ NO_COLOR: '' }, true, { level: 'info', style: 'color' }],
  [{ TERM: 'dumb' }, true, { level: 'info', style: 'plain' }],
  [{ NO_COLOR: '1', RESPITE_LOG_LEVEL: 'debug' }, false, { level: 'debug', style: 'json' }],
  [{ RESPITE_LOG_LEVEL: '' }, false, { level: 'info', style: 'json' }],
] as const) {
  test(`${JSON.stringify(env)} on ${terminal ? 'a terminal' : 'a pipe'}`, () => {
    assert.deepEqual(resolveLogSettings(env, terminal), expected);
  });
}

test('a level that is none is refused', () => {
  assert.throws(() => resolveLogSettings({ RESPITE_LOG_LEVEL: 'loud' }, false), {
    code: 'RESPITE_CLI_USAGE',
    message: 'RESPITE_LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, got "loud"',
  });
});

test('what is said before the log is open comes first, the rest at once', async () => {
  const lines: string[] = [];
  const log = createLog({ level: 'info', style: 'json' }, (line) => lines.push(line));
  log.info({ slot: 1 }, 'early');
  log.debug({}, 'below the level');
  assert.equal(lines.length, 0);
  await Promise.all([log.open(), log.open()]);
  log.error({ err: new Error('boom') }, 'late');
  const [early, late, ...rest] = lines.map((line) => JSON.parse(line));
  assert.deepEqual([early.name, early.level, early.slot, early.msg], ['respite', 30, 1, 'early']);
  assert.deepEqual([late.level, late.err.message, late.msg], [50, 'boom', 'late']);
  assert.deepEqual(rest, []);
});

test('a terminal gets words, in color or not', async () => {
  for (const style of ['plain', 'color'] as const) {
    const lines: string[] = [];
    const log = createLog({ level: 'info', style }, (line) => lines.push(line));
    await log.open();
    log.warn({ slot: 1 }, 'restarting');
    const [line = ''] = lines;
    assert.equal(line.includes('\u001B['), style === 'color');
    assert.match(line, /WARN.*respite.*restarting.*slot/);
    assert.equal(line.indexOf('\n'), line.length - 1);
  }
});

test('a line has no secrets, wherever they were', async () => {
  const lines: string[] = [];
  const log = createLog({ level: 'info', style: 'json' }, (line) => lines.push(line));
  log.info({}, 'blocked since GET /reset/a;jsessionid=0123456789');
  await log.open();
  const err = new Error('connect ECONNREFUSED postgres://app:hunter22@db:5432/app');
  Object.assign(err, { request: { err, headers: { authorization: 'Bearer 0123456789' } } });
  log.error({ err, facts: ['the last request is GET /a?code=0123456789'] }, 'not healthy');
  assert.doesNotMatch(lines.join(''), /0123456789|hunter22/);
  const [first, second] = lines.map((line) => JSON.parse(line));
  assert.equal(first.msg, 'blocked since GET /reset/a;jsessionid=***');
  assert.deepEqual(second.facts, ['the last request is GET /a?code=***']);
  assert.match(second.err.message, /^connect ECONNREFUSED postgres:/);
});
