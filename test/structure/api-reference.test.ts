// The API reference says all that there is to import, and what the comments in the sources say.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { DocComment } from '../../scripts/api/comments.ts';
import { pagesOf } from '../../scripts/api/page.ts';
import { type Entry, type Exported, surface } from '../../scripts/api/surface.ts';
import { repository } from './sources.ts';

const entries = surface();

test('every export and every member of it has a comment', () => {
  assert.ok(entries.flatMap(({ exports }) => exports).length > 200);
  assert.deepEqual(entries.flatMap(undocumentedIn), []);
});

test('every exported function has an example', () => {
  const without = entries.flatMap(({ specifier, exports }) =>
    exports
      .filter(({ kind, comment }) => kind === 'function' && (comment?.examples.length ?? 0) === 0)
      .map(({ name }) => `${specifier}: ${name}`),
  );
  assert.deepEqual(without, []);
});

test('an example imports what it shows', () => {
  const wrong = entries.flatMap(({ specifier, exports }) =>
    exports.flatMap(({ name, comment }) =>
      (comment?.examples ?? [])
        .filter((code) => !new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from '${specifier}';`).test(code))
        .map(() => `${specifier}: ${name}`),
    ),
  );
  assert.deepEqual(wrong, []);
});

test('docs/reference/api is up to date: if not, node scripts/api/main.ts writes it', () => {
  const folder = path.join(repository, 'docs/reference/api');
  const written = pagesOf(entries);
  assert.deepEqual(readdirSync(folder).toSorted(), [...written.keys()].toSorted());
  for (const [file, text] of written) {
    assert.equal(readFileSync(path.join(folder, file), 'utf8'), text, `docs/reference/api/${file}`);
  }
});

function undocumentedIn({ specifier, exports }: Entry): readonly string[] {
  return exports.flatMap(({ name, comment, members }: Exported) => [
    ...(isSaid(comment) ? [] : [`${specifier}: ${name}`]),
    ...members.own
      .filter((member) => !isSaid(member.comment))
      .map((member) => `${specifier}: ${name}.${member.name}`),
  ]);
}

function isSaid(comment: DocComment | undefined): boolean {
  return comment !== undefined && (comment.text !== '' || comment.returns !== undefined);
}
