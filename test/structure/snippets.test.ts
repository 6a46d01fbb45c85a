// Every snippet of a guide is a file that the compiler and the linter check: `snippets/<guide>/`, in any order, after their imports of
// what the guide takes for granted.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { repository } from './sources.ts';

const folder = path.join(import.meta.dirname, 'snippets');
const MARK = '// The guide:\n';

for (const guide of readdirSync(folder)) {
  test(`the snippets of docs/guide/${guide}.md are those that are compiled`, () => {
    const page = readFileSync(path.join(repository, 'docs/guide', `${guide}.md`), 'utf8');
    const shown = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text = '']) => text.trim());
    const compiled = readdirSync(path.join(folder, guide))
      .filter((file) => file !== 'given.ts')
      .map((file) =>
        readFileSync(path.join(folder, guide, file), 'utf8')
          .split(MARK)[1]
          ?.trim(),
      );
    assert.ok(shown.length > 0);
    assert.deepEqual(new Set(compiled), new Set(shown));
  });
}
