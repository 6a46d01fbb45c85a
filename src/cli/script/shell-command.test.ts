import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { parseCommand } from './shell-command.ts';

const ENV = { PORT: '80', EMPTY: '', SPACED: 'a' };

for (const text of [
  'node server.js',
  '  node   --import tsx  server.ts ',
  'next start -p $PORT',
  'next start -p ${PORT:-3000} -H ${HOST:-localhost} -x ${EMPTY:-full}',
  `node server.js "a b" 'c $PORT' d" e"f "" '' "$PORT-$NONE"`,
  'node server.js $NONE end',
  String.raw`node a\ b "c\"d"`,
  `node -e "a(1); b|c" 'x && y'`,
]) {
  test(`split as a shell does: ${text}`, () => {
    const shown = execFileSync(
      'sh',
      ['-c', `show() { for a in "$@"; do echo "<$a>"; done; }; show ${text}`],
      {
        encoding: 'utf8',
        env: ENV,
      },
    );
    const words = shown.split('\n').slice(0, -1);
    assert.deepEqual(
      parseCommand(text, ENV)?.words.map((word) => `<${word}>`),
      words,
    );
  });
}

test('variables before the command are set for it', () => {
  for (const text of [
    'NODE_ENV=production A="b c" node a.js B=1',
    'cross-env NODE_ENV=production A="b c" node a.js B=1',
    'env NODE_ENV=production A="b c" node a.js B=1',
    'NODE_ENV=production A="b c" exec node a.js B=1',
    'NODE_ENV=production exec env A="b c" node a.js B=1',
  ])
    assert.deepEqual(parseCommand(text, ENV), {
      words: ['node', 'a.js', 'B=1'],
      env: { NODE_ENV: 'production', A: 'b c' },
    });
});

for (const text of [
  'a && b',
  'a | b',
  'a; b',
  'a > b',
  'a &',
  'a $(b)',
  'a `b`',
  'a "`b`"',
  'a *.js',
  'a {b,c}',
  'a ~/b',
  'a "b',
  'a ${B%x}',
  'A=1',
  'env -i node a.js',
  'exec -a name node a.js',
  'exec',
  '',
])
  test(`needs a shell, or is nothing: ${text}`, () => assert.equal(parseCommand(text, ENV), undefined));
