import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { REDACTED, redactAll, Redaction } from './redact.ts';
import { histories } from '../../test/harness/histories.ts';

const { redact } = new Redaction({
  DATABASE_URL: 'postgres://app:hunter22@db/app',
  STRIPE_KEY: 'whatever-it-is',
  NODE_ENV: 'production',
  SHORT_TOKEN: 'abc',
  PWD: '/srv/app',
  SSH_AUTH_SOCK: '/tmp/agent.sock',
});

/** Characters that a secret can have in every place it is put into. */
const secret = fc
  .string({ unit: fc.constantFrom(...'abcdefXYZ0123456789-_.~+'.split('')), minLength: 12, maxLength: 40 })
  .map((text) => `Z${text}Q`);

const PLACES: readonly ((value: string) => string)[] = [
  (value) => `authorization: Bearer ${value}`,
  (value) => `Authorization: ${value}`,
  (value) => `{"headers":{"authorization":"Basic ${value}","host":"x"}}`,
  (value) => JSON.stringify({ message: JSON.stringify({ cookie: `sid=${value}; b=${value}` }) }),
  (value) => `cookie: a=1; session=${value}; b=${value}`,
  (value) => `set-cookie: ${value}; HttpOnly`,
  (value) => `{ cookie: 'sid=${value}' }`,
  (value) => `GET /reset?code=${value}&next=${value} 500`,
  (value) => `https://x.example/a?${value.length}=${value}#top`,
  (value) => `connect ECONNREFUSED postgres://app:${value}@db:5432/app`,
  (value) => `redis://:${value}@cache`,
  (value) => `https://${value}@registry.example/`,
  (value) => `DB_PASSWORD=${value} node server.js`,
  (value) => `password: ${value}, user: x`,
  (value) => `password='${value}' x`,
  (value) => `"apiKey": "${value}",`,
  (value) => `accessToken => ${value}`,
  (value) => `node server.js --token ${value} --port 80`,
  (value) => `node server.js --client-secret=${value}`,
  (value) => `x-api-key: ${value}`,
  (value) => `token ${value}`,
  (value) => `eyJhbGciOi.${value.replaceAll(/[.~+]/g, '')}.${value.replaceAll(/[.~+]/g, '')}`,
];

test('a secret is not kept, wherever it stands', () => {
  fc.assert(
    fc.property(
      secret,
      fc.constantFrom(...PLACES),
      fc.constantFrom('', 'before ', '\n', '\t[12:30] '),
      fc.constantFrom('', '\n', '\nafter'),
      (value, place, before, after) => {
        const kept = redact(before + place(value) + after);
        const plain = value.replaceAll(/[.~+]/g, '');
        assert.ok(!kept.includes(value) && !kept.includes(plain), kept);
        assert.ok(kept.startsWith(before) && kept.endsWith(after), kept);
      },
    ),
    { numRuns: histories(2000) },
  );
});

test('done twice, nothing changes any more', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.tuple(secret, fc.constantFrom(...PLACES)).map(([value, place]) => place(value)),
      ),
      (text) => {
        assert.equal(redact(redact(text)), redact(text));
      },
    ),
    { numRuns: histories(1000) },
  );
});

test('what a variable holds that is called like a secret is found anywhere', () => {
  assert.equal(redact('log in as app with hunter22'), `log in as app with ${REDACTED}`);
  assert.equal(redact('whatever-it-is'), REDACTED);
  assert.equal(redact('in production, abc'), 'in production, abc');
});

test('what is no secret stays', () => {
  for (const text of [
    'the event loop of worker 1 has been blocked for 5.0 s since GET /search, in matchAll (/srv/app/search.js:41)',
    'Error: connect ECONNREFUSED 127.0.0.1:5432',
    'at Object.<anonymous> (/srv/app/node_modules/pg/lib/client.js:12:3)',
    'file:///srv/app/a.js?',
    '{"level":30,"time":1763816000000,"msg":"listening"}',
    'tokenizer at (/x/tokenizer.js:10:4)',
    'a ? b : c == d',
    'cwd /srv/app, /tmp/agent.sock',
    '',
  ]) {
    assert.equal(redact(text), text);
  }
});

test('messages of errors keep what they are about', () => {
  for (const [message, expected] of [
    ['GET /users?token=abc&id=7 failed: why?', 'GET /users?token=***&id=*** failed: why?'],
    [
      'cannot reach postgres://app:hunter2@db/orders?sslmode=off',
      'cannot reach postgres://***@db/orders?sslmode=***',
    ],
    ['401 for Bearer eyJhbGciOi.J9-_', '401 for Bearer ***'],
  ] as const) {
    assert.equal(redact(message), expected);
  }
});

test('JSON stays JSON, and a field that is called like a secret is hidden whole', () => {
  const hidden = redactAll(
    {
      password: 'a b "c"',
      deep: [{ 'set-cookie': 'x=y; z' }, 1, null, true],
      url: '/a?b=c',
      count: undefined,
    },
    redact,
  );
  assert.deepEqual(hidden, {
    password: REDACTED,
    deep: [{ 'set-cookie': REDACTED }, 1, null, true],
    url: `/a?b=${REDACTED}`,
    count: undefined,
  });
  assert.deepEqual(redactAll(['node', '--client-secret', 'x y', '--port', '80', '--token', '-v'], redact), [
    'node',
    '--client-secret',
    REDACTED,
    '--port',
    '80',
    '--token',
    '-v',
  ]);
  fc.assert(
    fc.property(fc.json(), (json) => {
      assert.doesNotThrow(() => JSON.stringify(redactAll(JSON.parse(json) as unknown, redact)));
    }),
  );
});

test('takes time in proportion to the text', () => {
  for (const piece of [
    'token',
    '?a=',
    '"',
    "cookie:'",
    'eyJ',
    '-----BEGIN PRIVATE KEY-----',
    '://',
    'a.-',
    '\\"',
  ]) {
    // Of this process: another one that computes does not count.
    const before = process.cpuUsage();
    redact(piece.repeat(100_000 / piece.length));
    const { user } = process.cpuUsage(before);
    assert.ok(user < 2_000_000, `${JSON.stringify(piece)}: ${user / 1000} ms`);
  }
});

test('text that comes by again, with more behind it, stays as it is', () => {
  fc.assert(
    fc.property(
      secret,
      fc.constantFrom(...PLACES),
      fc.constantFrom(', in f (a.js:1)', '; it goes on', ' 500', ') x'),
      (value, place, more) => {
        const once = redact(place(value));
        assert.equal(redact(once), once);
        assert.equal(redact(once + more), once + more);
      },
    ),
    { numRuns: histories(2000) },
  );
});

test('secrets that workers load are learned, the longest first, and the oldest of too many forgotten', () => {
  const redaction = new Redaction({ API_TOKEN: 'inherited-value' });
  const text = 'loaded-value-longer loaded-value inherited-value';
  assert.equal(redaction.redact(text), `loaded-value-longer loaded-value ${REDACTED}`);
  redaction.learn(['loaded-value', '']);
  redaction.learn(['loaded-value-longer']);
  assert.equal(redaction.redact(text), `${REDACTED} ${REDACTED} ${REDACTED}`);
  redaction.learn(Array.from({ length: 1000 }, (_, i) => `another-${i}-value`));
  assert.equal(redaction.redact(text), `loaded-value-longer loaded-value ${REDACTED}`);
});
