import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OneAtATime } from './one-at-a-time.ts';

test('the next begins when the one before has ended, however it did', async () => {
  const turns = new OneAtATime();
  const said: string[] = [];
  const { promise: first, reject } = Promise.withResolvers<void>();
  const failed = assert.rejects(
    turns.run(async () => {
      said.push('first begins');
      await first;
    }),
    /no good/,
  );
  const second = turns.run(async () => {
    said.push('second begins');
    return 2;
  });
  await Promise.resolve();
  said.push('first fails');
  reject(new Error('no good'));
  await failed;
  assert.equal(await second, 2);
  assert.deepEqual(said, ['first begins', 'first fails', 'second begins']);
});
