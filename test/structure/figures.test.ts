// Measured figures in the pages are those of bench/results, missed goals are shown, and results that are outdated say so.
import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Tokens } from 'marked';
import { agesOf, FIGURES_PAGE } from '../../scripts/figures/ages.ts';
import { ofGoal } from '../../scripts/figures/figure.ts';
import { pagesWithFigures, read, withFigures } from '../../scripts/figures/pages.ts';
import { type Recorded, readResults } from '../../scripts/figures/results.ts';
import { pages, partsOf } from './pages.ts';
import { repository } from './sources.ts';

/** Results are read by people, and each new one stays in the history of the repository. */
const MAX_BYTES = 48 * 1024;

const results = readResults();
const ages = agesOf(results);

for (const page of pagesWithFigures()) {
  test(`${page} has the recorded figures (node scripts/figures/main.ts writes them)`, async (t) => {
    if (ages.unknown.length > 0) t.diagnostic(`git can't say how old these are: ${ages.unknown.join(', ')}`);
    const text = read(page);
    assert.equal(text, await withFigures(page, text, { results, ages }));
  });
}

test('one page lists all results and all missed goals', () => {
  const text = read(FIGURES_PAGE);
  for (const block of ['missed', 'results']) assert.ok(text.includes(`<!-- figures: ${block} -->`), block);
  const missed = [...results.values()].flatMap(({ goals }) => goals.filter(({ holds }) => !holds));
  for (const { what, figure } of missed) {
    assert.ok(
      text.split('\n').some((line) => line.includes(`| ${what} `) && line.includes(`| ${figure} `)),
      what,
    );
  }
});

test('a figure whose goal is missed names the goal', () => {
  const [result] = results.values();
  assert.ok(result !== undefined);
  const missed: Recorded = {
    ...result,
    goals: [{ what: 'time', goal: '≤ 1 ms', figure: '2 ms', holds: false }],
  };
  assert.equal(ofGoal(result.name, 'time').read(missed), '2 ms (missed: ≤ 1 ms)');
});

for (const [name, { command, quick, measures, spread, environment }] of results) {
  test(`the result of ${name} says how it came about, and is small`, () => {
    assert.ok(command.startsWith(`npm run bench -- ${name}`), command);
    assert.equal(quick, false);
    assert.notEqual(spread, '');
    for (const key of ['CPU', 'cores', 'kernel', 'Node.js', 'pinning']) assert.ok(environment[key], key);
    assert.match(environment['date'] ?? '', /^\d{4}-\d\d-\d\d$/);
    assert.match(environment['commit'] ?? '', /^[\da-f]{7,}( with changes)?$/);
    assert.ok(measures.length > 0);
    for (const folder of measures) assert.ok(existsSync(path.join(repository, folder)), folder);
    const files = ['json', 'md'].map((type) => path.join(repository, `bench/results/${name}.${type}`));
    for (const file of files) assert.ok(statSync(file).size <= MAX_BYTES, file);
  });
}

test('a link to a result whose text is a figure has that figure from the result', () => {
  const typed = pages().flatMap((page) =>
    partsOf(path.join(repository, page)).flatMap(({ token, line }) => {
      if (token.type !== 'link') return [];
      const { href, text } = token as Tokens.Link;
      const isTyped = href.includes('bench/results/') && /\d/.test(text) && !text.includes('<!-- figure: ');
      return isTyped ? [`${page}:${line}: ${text}`] : [];
    }),
  );
  assert.deepEqual(typed, []);
});
