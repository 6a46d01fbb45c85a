// The table of causes against the pages that explain them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { CAUSES } from '../../src/supervisor/causes.ts';
import { repository } from './sources.ts';

const PAGES = ['docs/guide/detectors.md', 'docs/guide/self-healing.md'];

test('every cause of an incident is explained', () => {
  const text = PAGES.map((page) => readFileSync(path.join(repository, page), 'utf8')).join('\n');
  // In the first cell of a row of a table.
  const cells = [...text.matchAll(/^\|([^|]*)\|/gm)].map(([, cell = '']) => cell);
  const explained = new Set(
    cells.flatMap((cell) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, cause]) => cause)),
  );
  assert.deepEqual(
    CAUSES.filter((cause) => !explained.has(cause)),
    [],
  );
});
