// CHANGELOG.md has the form that a release counts on.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { formFaults } from '../../scripts/release/changelog.ts';
import { repository } from './sources.ts';

test('CHANGELOG.md is in the form of Keep a Changelog', () => {
  assert.deepEqual(formFaults(readFileSync(path.join(repository, 'CHANGELOG.md'), 'utf8')), []);
});
