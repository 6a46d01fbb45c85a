import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveDrillOptions } from '../../supervisor/instance/drill/options.ts';
import { checkConfig } from './check.ts';

for (const drills of [true, false, {}, { dependencies: { db: 'db.internal:5432', six: '[fd00::1]:6379' } }]) {
  test(`valid: ${JSON.stringify(drills)}`, () => {
    assert.deepEqual(checkConfig({ drills }), { ok: true, config: { drills } });
    resolveDrillOptions(drills);
  });
}

for (const [drills, problem] of [
  [1, 'drills must be true, false or an object, got 1'],
  [[], 'drills must be true, false or an object, got an array'],
  [
    { dependencies: { db: 'db.internal' } },
    'drills.dependencies.db must be host:port or [IPv6]:port, got "db.internal"',
  ],
  [
    { dependencies: { db: 'db.internal:0' } },
    'drills.dependencies.db must be host:port or [IPv6]:port, got "db.internal:0"',
  ],
  [
    { dependencies: { 'a b': 'h:1' } },
    'drills.dependencies.a b must be up to 64 letters, digits, dots, hyphens and underscores, got "a b"',
  ],
] as const) {
  test(`invalid: ${problem}`, () => {
    assert.deepEqual(checkConfig({ drills }), { ok: false, problems: [problem] });
    assert.throws(() => resolveDrillOptions(drills as object), {
      code: 'RESPITE_OPTIONS_INVALID',
      message: problem,
    });
  });
}
