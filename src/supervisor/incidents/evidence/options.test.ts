import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveIncidentsOptions } from './options.ts';

test('fills in the defaults, each by itself', () => {
  assert.deepEqual(resolveIncidentsOptions({ countLimit: 3, directory: undefined }), {
    directory: '.respite/incidents',
    countLimit: 3,
    sizeLimitBytes: 209_715_200,
  });
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
