// The guide:
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from 'respite/load';

test('products are no slower than on main', async () => {
  const { verdict, changes } = await compare({
    baseline: { ref: 'origin/main', command: ['node', 'server.js'], setup: 'npm ci' },
    candidate: { command: ['node', 'server.js'] },
    path: '/products',
    durationMs: 180_000,
  });
  assert.notEqual(verdict, 'worse', JSON.stringify(changes));
});
