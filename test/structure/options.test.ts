// Options that are declared once: the pages that list them say the same as the code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DECLARED } from '../../scripts/options/declared.ts';
import { rowsIn, rowsOf } from '../../scripts/options/table.ts';

for (const options of DECLARED) {
  for (const page of options.pages) {
    test(`${page} lists the options of ${options.name}: if not, node scripts/options/main.ts writes them`, () => {
      assert.deepEqual(rowsIn(page, options), rowsOf(options));
    });
  }
}
