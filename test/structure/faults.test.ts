// The pages have none of these faults, so each is shown to be found where it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsIn } from './faults.ts';
import { partsIn } from './pages.ts';

const faults = (...lines: readonly string[]): readonly string[] => faultsIn(partsIn(lines.join('\n')));

test('prose that a table has swallowed', () => {
  const table = ['# A', '', '| a | b |', '| - | - |', '| 1 | 2 |'];
  assert.deepEqual(faults(...table, '', 'A sentence.'), []);
  assert.deepEqual(faults(...table, 'A sentence.'), ['6: this row has 1 cells, its table 2 columns']);
  assert.deepEqual(faults(...table, '| A sentence. |'), ['6: this row has 1 cells, its table 2 columns']);
  assert.deepEqual(faults(...table, '| A sentence. | |'), [
    '6: this row is prose that the table has swallowed',
  ]);
  const long = 'the first line of a paragraph that goes on';
  assert.deepEqual(faults(...table, `| ${long} | |`), ['6: this row is prose that the table has swallowed']);
  assert.deepEqual(faults(...table, '| only a label | |'), []);
});

test('rows with more cells than columns, also because of a | in code', () => {
  const table = ['# A', '', '| a | b |', '| - | - |'];
  assert.deepEqual(faults(...table, '| `a \\| b` | 2 |'), []);
  assert.deepEqual(faults(...table, '| `a | b` | 2 |'), ['5: this row has 3 cells, its table 2 columns']);
});

test('tables in lists, too', () => {
  assert.deepEqual(
    faults('# A', '', '- item', '', '  | a | b |', '  | - | - |', '  | 1 | 2 |', '  Text.').length,
    1,
  );
});

test('code that is never closed', () => {
  assert.deepEqual(faults('# A', '', '```ts', 'a', '```', '', '~~~', 'b', '~~~'), []);
  assert.deepEqual(faults('# A', '', '````', '```', '````'), []);
  assert.deepEqual(faults('# A', '', '```ts', 'a', '', '## B'), ['3: this code block is never closed']);
  assert.deepEqual(faults('# A', '', '    indented'), []);
});

test('headings that skip a level, and second titles', () => {
  assert.deepEqual(faults('# A', '## B', '### C', '## D'), []);
  assert.deepEqual(faults('# A', '### C'), ['2: "C" skips a level: 1 to 3']);
  assert.deepEqual(faults('## B'), ['1: "B" skips a level: 0 to 2']);
  assert.deepEqual(faults('# A', '# B'), ['2: "B" is a second title']);
});
