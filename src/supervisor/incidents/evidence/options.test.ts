import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULTS, resolveIncidentsOptions } from './options.ts';

test('fills in the defaults, each by itself', () => {
  assert.deepEqual(resolveIncidentsOptions(), DEFAULTS);
  assert.deepEqual(resolveIncidentsOptions({ countLimit: 3 }), { ...DEFAULTS, countLimit: 3 });
  assert.equal(resolveIncidentsOptions(false), false);
});

test('what is wrong is named', () => {
  const invalid = { code: 'RESPITE_OPTIONS_INVALID' };
  assert.throws(() => resolveIncidentsOptions({ directory: '' }), {
    ...invalid,
    message: 'supervisor.incidents.directory must be a text, got ""',
  });
  assert.throws(() => resolveIncidentsOptions({ countLimit: 0 }), invalid);
  assert.throws(() => resolveIncidentsOptions({ sizeLimitBytes: 1.5 }), invalid);
  assert.throws(() => resolveIncidentsOptions({ size: 1 } as object), invalid);
});
