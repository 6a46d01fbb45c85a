// Every piece of TypeScript and JavaScript in the documentation is compiled, the examples of TSDoc among them (docs/reference/api).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { pages, partsOf } from './pages.ts';
import { blocksIn, FOLDER, writeSnippets } from './snippets.ts';
import { repository } from './sources.ts';

test('every snippet compiles against the sources', () => {
  const { count, projects } = writeSnippets(pages());
  assert.ok(count > 100, `only ${count} snippets were found`);
  for (const project of projects) {
    const { stdout, status } = spawnSync(
      path.join(repository, 'node_modules/.bin/tsc'),
      ['--noEmit', '--pretty', 'false', '--project', project],
      {
        cwd: FOLDER,
        encoding: 'utf8',
      },
    );
    assert.equal(status, 0, `\n${stdout}`);
  }
});

test('every snippet of YAML can be read', () => {
  const faults = pages().flatMap((page) =>
    blocksIn(partsOf(path.join(repository, page)), 'yaml').flatMap((text) =>
      parseAllDocuments(text).flatMap((document) =>
        document.errors.map(({ message }) => `${page}: ${message}`),
      ),
    ),
  );
  assert.deepEqual(faults, []);
});
