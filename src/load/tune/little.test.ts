import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLittle } from './little.ts';

test('both sides of Little’s law', () => {
  assert.equal(checkLittle({ atClients: 20, atServer: 19 }).kind, 'agrees');
  assert.equal(checkLittle({ atClients: 0.3, atServer: 0.1 }).kind, 'agrees');
  assert.equal(checkLittle({ atClients: 10, atServer: 14 }).kind, 'contradicts');
  const unseen = checkLittle({ atClients: 6, atServer: 1 });
  assert.ok(unseen.kind === 'waits-unseen' && unseen.waiting === 5);
});
