import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Declaration, object, type OptionsOf, resolve, type Rule } from './options.ts';
import { aboveZero, byName, flag, integer, list, milliseconds, rule, secret, share } from './rules.ts';

interface Server {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly slowMs: number;
  readonly names: readonly string[];
  readonly tls: boolean;
}

const word: Rule<string> = rule('a word', (value) => typeof value === 'string' && /^\w+$/.test(value));

const SERVER: Declaration<Server> = {
  host: { rule: word },
  port: { rule: integer(1, 65_535), byDefault: 80 },
  timeoutMs: { rule: milliseconds(1), byDefault: 1000 },
  slowMs: { rule: aboveZero(), byDefault: ({ timeoutMs }: Server) => timeoutMs / 2 },
  names: { rule: list('a list of words', word), byDefault: [] },
  tls: { rule: flag(), byDefault: false },
};

const server: Rule<OptionsOf<Server, 'host'>, Server> = object(SERVER, ({ tls, port }, path) =>
  tls === true && port === 80
    ? [{ path: [...path, 'port'], rule: 'another port with tls', value: port }]
    : [],
);

const DEFAULTS = { port: 80, timeoutMs: 1000, slowMs: 500, names: [], tls: false };

test('defaults are filled in, some from other options, and the caller’s object is not changed', () => {
  const given = Object.freeze({ host: 'a', port: undefined, timeoutMs: 300 });
  const resolved = resolve(server, given, ['server']);
  assert.deepEqual(resolved, { ...DEFAULTS, host: 'a', timeoutMs: 300, slowMs: 150 });
  assert.ok(
    Object.isFrozen(resolved) && Object.isFrozen(resolve(server, { host: 'a', names: ['b'] }, []).names),
  );
});

const MESSAGES: readonly (readonly [given: unknown, message: string])[] = [
  [5, 'server must be an object, got 5'],
  [[], 'server must be an object, got an array'],
  [{}, 'server.host must be a word, got undefined'],
  [{ host: () => 'a' }, 'server.host must be a word, got a function'],
  [{ host: 'a', port: 0 }, 'server.port must be a whole number from 1 to 65535, got 0'],
  [{ host: 'a', port: null }, 'server.port must be a whole number from 1 to 65535, got null'],
  [{ host: 'a', timeoutMs: 0.5 }, 'server.timeoutMs must be a whole number of at least 1, got 0.5'],
  [
    { host: 'a', timeoutMs: 3e9 },
    'server.timeoutMs must be a time of at most 2000000000 ms (23 days), got 3000000000',
  ],
  [{ host: 'a', slowMs: Infinity }, 'server.slowMs must be a number greater than 0, got Infinity'],
  [{ host: 'a', names: 'b' }, 'server.names must be a list of words, got "b"'],
  [{ host: 'a', names: ['b', '-'] }, 'server.names[1] must be a word, got "-"'],
  [{ host: 'a', tls: 'yes' }, 'server.tls must be true or false, got "yes"'],
  [{ host: 'a', tls: true, port: 80 }, 'server.port must be another port with tls, got 80'],
  [{ hots: 'a' }, 'server.hots is not an option; known are host, port, timeoutMs, slowMs, names, tls'],
];

for (const [given, message] of MESSAGES) {
  test(message, () => {
    assert.throws(() => resolve(server, given, ['server']), { code: 'RESPITE_OPTIONS_INVALID', message });
  });
}

test('a check finds all that is wrong, what options are to each other only when each is right', () => {
  const pathsOf = (value: unknown): string[] => server.check(value, []).map(({ path }) => path.join('.'));
  assert.deepEqual(pathsOf({ host: '', tls: 1, names: ['-', 1], port: 80, x: 1, y: 2 }), [
    'x',
    'y',
    'host',
    'names.0',
    'names.1',
    'tls',
  ]);
});

test('objects by name: both names and values are checked, and completed', () => {
  const servers = byName(word, server);
  assert.deepEqual(resolve(servers, { a: { host: 'h' } }, []), { a: { ...DEFAULTS, host: 'h' } });
  assert.deepEqual(
    servers.check({ 'a-b': { host: '' } }, ['servers']).map(({ path, value }) => [path, value]),
    [
      [['servers', 'a-b'], 'a-b'],
      [['servers', 'a-b', 'host'], ''],
    ],
  );
  assert.equal(servers.check(undefined, []).length, 1);
});

test('a secret is not shown, not even a broken one, and nothing may stand without an option', () => {
  const login = object<{ readonly password: string | undefined }>({
    password: { rule: secret(word), byDefault: undefined },
  });
  assert.throws(() => resolve(login, { password: 'not a word' }, ['login']), {
    message: 'login.password must be a word',
  });
  assert.deepEqual(resolve(login, {}, ['login']), { password: undefined });
});

test('a share is from 0 to 1', () => {
  assert.deepEqual(
    [0, 0.5, 1, -0.1, 1.1, Number.NaN, '1'].map((value) => share().check(value, []).length),
    [0, 0, 0, 1, 1, 1, 1],
  );
});

test('whatever is given, a check throws nothing, and what it accepts can be completed', () => {
  const anything = fc.oneof(
    fc.anything({ withNullPrototype: true, withBigInt: true }),
    fc.record(
      { host: fc.constantFrom('a', 1), port: fc.constantFrom(1, 0, undefined), names: fc.anything() },
      { requiredKeys: [] },
    ),
  );
  fc.assert(
    fc.property(anything, (value) => {
      if (server.check(value, []).length === 0) assert.doesNotThrow(() => server.complete(value as Server));
    }),
  );
});
