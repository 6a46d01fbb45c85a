// Plain English: words that must not come back, and the length of sentences.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { pages, partsIn, partsOf } from './pages.ts';
import { repository } from './sources.ts';
import { type Ban, banned, codeTexts, proseOf, sentencesOf, type Text, textsIn, wordsIn } from './words.ts';

/** Maximum of words in a sentence. Aim at 25. */
const MAX_WORDS = 35;

/** Not said anywhere, neither in prose nor in comments, names of tests, log lines and errors. */
const BANS: readonly Ban[] = [
  { words: /\bso (?:many|long)\b(?! as)/gi, instead: 'maximum, up to, this many' },
  { words: /\bfor want of\b/gi, instead: 'for lack of' },
  { words: /\bmend(?:s|ed|ing)?\b/gi, instead: 'fix' },
  { words: /\bdear(?:er|est)?\b/gi, instead: 'expensive' },
  { words: /\b(?:is|are|was|were|be|become|makes?(?: \w+){1,3}) void\b/gi, instead: 'invalidate, invalid' },
  { words: /\b(?:left|leaves?|leaving) alone\b/gi, instead: 'circuit open, backing off, not changed' },
  { words: /\bthe entitled\b/gi, instead: 'authenticated callers' },
  { words: /\b(?:is|are|was|were|being) well\b/gi, instead: 'healthy' },
  { words: /\bhalf as \w+ again\b/gi, instead: '1.5 times' },
  { words: /\bbut for\b/gi, instead: 'except' },
  { words: /\bfor ever\b/gi, instead: 'forever' },
  { words: /\bwho(?:so|m|s)?ever\b/gi, instead: 'a noun' },
  { words: /\bloop (?:that )?turn(?:s|ed|ing)\b/gi, instead: 'responsive, blocked' },
];

/** Sentences without an actor. Not said in pages and log lines; elsewhere as often as {@link REMAINING} says. */
const WITHOUT_ACTOR: Ban = {
  words: /\b(?:(?:is|are|was|were|be|been|being|not) (?:told|said)|somebody|nobody)\b/gi,
  instead: 'log, report, notify; the name of who does it',
};

/** Where such sentences are still left, and how many at most. These figures only become smaller. */
const REMAINING: Readonly<Record<string, number>> = {
  comments: 107,
  tests: 244,
};

const prose = pages()
  .filter((page) => !page.startsWith('bench/results/'))
  .flatMap((page) => proseOf(page, partsOf(path.join(repository, page))));
/** This test names the words, and `nobody` is an account of Unix. */
const texts = [...prose, ...codeTexts()].filter(
  ({ file, text }) => !file.startsWith('test/structure/words') && text !== 'nobody',
);

test('banned words are nowhere', () => {
  assert.ok(texts.length > 10_000, `only ${texts.length} texts were found`);
  for (const ban of BANS) {
    const found = texts.flatMap((text) => banned(text, ban));
    assert.deepEqual(found, [], `say: ${ban.instead}`);
  }
});

test('sentences that users read name who does what', () => {
  const found = texts
    .filter((text) => areaOf(text) === undefined)
    .flatMap((text) => banned(text, WITHOUT_ACTOR));
  assert.deepEqual(found, [], `say: ${WITHOUT_ACTOR.instead}`);
});

for (const [area, most] of Object.entries(REMAINING)) {
  test(`sentences without an actor become fewer: ${area}`, (t) => {
    const found = texts
      .filter((text) => areaOf(text) === area)
      .flatMap((text) => banned(text, WITHOUT_ACTOR));
    assert.ok(found.length <= most, `${found.length} instead of ${most}:\n${found.join('\n')}`);
    if (found.length < most) t.diagnostic(`${found.length} are left: lower the figure of '${area}'`);
  });
}

test(`no sentence of a page has more than ${MAX_WORDS} words`, () => {
  const found = prose.flatMap(({ file, line, text }) =>
    sentencesOf(text)
      .filter((sentence) => wordsIn(sentence) > MAX_WORDS)
      .map((sentence) => ({ file, line, sentence })),
  );
  assert.deepEqual(found, []);
});

test('text is found in comments and strings, and code in it is not', () => {
  const code =
    "// one\n// two `void` is void\nconst a = 'is void'; /** all is well */ const b = `x ${a} dear`;";
  const found = textsIn('a.ts', code);
  assert.deepEqual(
    found.map(({ kind, line, text }) => [kind, line, text.trim()]),
    [
      ['comment', 1, 'one\n two `void` is void'],
      ['comment', 3, '* all is well'],
      ['string', 3, 'is void'],
      ['string', 3, 'x'],
      ['string', 3, 'dear'],
    ],
  );
  const all = BANS.flatMap((ban) => found.flatMap((text) => banned(text, ban)));
  assert.deepEqual(all.toSorted(), ['a.ts:2: is void', 'a.ts:3: dear', 'a.ts:3: is void', 'a.ts:3: is well']);
});

test('sentences are counted in paragraphs, items and cells', () => {
  const markdown =
    'One two. Three `code four` five!\n\n- six\n- seven eight\n\n| nine | ten |\n| --- | --- |\n| 11 | 12 |';
  const found = proseOf('a.md', partsIn(markdown)).flatMap(({ text }) => sentencesOf(text).map(wordsIn));
  assert.deepEqual(found, [2, 3, 1, 2, 1, 1, 1, 1]);
});

/** Undefined for what users read. */
function areaOf({ file, kind }: Text): string | undefined {
  if (file.startsWith('test/') || file.includes('/test/') || file.endsWith('.test.ts')) return 'tests';
  return kind === 'comment' ? 'comments' : undefined;
}
