import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import findMyWay from 'find-my-way';
import { Literals } from './literals.ts';

const OPTIONS = { ignoreTrailingSlash: true };

/** Characters of paths, with those that mean something to a router. */
const character = fc.constantFrom('a', 'b', '/', '.', '-', '~', '@', '!', ',', '=', "'", '$', '&');
const pattern = fc.array(character, { maxLength: 6 }).map((all) => `/${all.join('')}`);
const target = fc.oneof(
  pattern,
  fc
    .array(fc.oneof(character, fc.constantFrom('%61', '%2F', '%', '%zz', '?', '#', ';', ':', '*', 'é')), {
      maxLength: 8,
    })
    .map((all) => `/${all.join('')}`),
  fc.constantFrom('*', 'http://a/', 'http://a/a', 'https://a/b?a', 'a', ''),
);

test('paths are found as find-my-way finds them, and refused when they stand twice', () => {
  fc.assert(
    fc.property(
      fc.array(pattern, { maxLength: 5 }),
      fc.array(target, { maxLength: 8 }),
      (patterns, targets) => {
        const literals = new Literals<string>(() => findMyWay(OPTIONS));
        const router = findMyWay(OPTIONS);
        for (const each of patterns) {
          let isRefused = false;
          try {
            router.on('GET', each, () => {}, each);
          } catch {
            isRefused = true;
          }
          if (isRefused) assert.throws(() => literals.add(each, each), /is declared already/);
          else assert.ok(literals.add(each, each));
        }
        for (const each of [...patterns, ...targets]) {
          assert.equal(literals.find(each), router.find('GET', each)?.store ?? undefined, each);
        }
      },
    ),
  );
});

test('a path with a parameter, a rest, an expression or a coded character is none for here', () => {
  const literals = new Literals<string>(() => findMyWay(OPTIONS));
  for (const path of ['/:a', '/a*', '/a(b)', '/a?', '/%61', '/é', '/a#b', 'a', '*', '']) {
    assert.equal(literals.add(path, path), false, path);
  }
});

test('no router is made for targets that can be compared', () => {
  const literals = new Literals<string>(() => assert.fail('asked for a router'));
  literals.add('/health', 'health');
  assert.equal(literals.find('/health/?a=%61'), 'health');
  assert.equal(literals.find('/healthy'), undefined);
});
