import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Ghosts } from './ghosts.ts';

test('at least half as many as are present are remembered, at most all and one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 50 }), fc.nat(200), (present, added) => {
      const ghosts = new Ghosts();
      for (let i = 0; i < added; i += 1) {
        ghosts.add(`key ${i}`, present);
        assert.ok(ghosts.count <= present + 2);
      }
      const least = Math.min(added, Math.floor(present / 2));
      for (let i = 0; i < least; i += 1) assert.ok(ghosts.take(`key ${added - 1 - i}`), `${i} from the end`);
    }),
  );
});

test('what was taken is gone', () => {
  const ghosts = new Ghosts();
  assert.equal(ghosts.take('a'), false);
  ghosts.add('a', 1);
  assert.equal(ghosts.take('a'), true);
  assert.equal(ghosts.take('a'), false);
});
