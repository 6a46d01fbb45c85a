import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { faultsIn } from './faults.ts';
import { pages, partsOf } from './pages.ts';
import { repository } from './sources.ts';

test('every page is shown as it is meant', () => {
  const all = pages();
  assert.ok(all.length > 30, `only ${all.length} pages were found`);
  const found = all.flatMap((page) =>
    faultsIn(partsOf(path.join(repository, page))).map((fault) => `${page}:${fault}`),
  );
  assert.deepEqual(found, []);
});
