import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { oldGenerationBytes, onMajorCollection, oldGenerationLimitBytes } from './heap.ts';

const MB = 1024 * 1024;

test('the limit is the one that was set; otherwise V8’s without what may be the young generation’s', () => {
  assert.equal(oldGenerationLimitBytes(256, 448 * MB), 256 * MB);
  // Node.js 26, 24 and 20 with 1024 MB: never more than that, and not much less.
  for (const reportedMb of [1120, 1216, 1072]) {
    const limitMb = oldGenerationLimitBytes(undefined, reportedMb * MB) / MB;
    assert.ok(limitMb <= 1024 && limitMb >= 850, String(limitMb));
  }
  assert.equal(oldGenerationLimitBytes(undefined, 224 * MB), 168 * MB);
});

test('after a major collection, of which it tells, what is alive is in the old generation', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = oldGenerationBytes();
  const alive = Array.from({ length: 2_000_000 }, (_, i) => i);
  const told = new Promise<void>((resolve) => onMajorCollection(resolve));
  collect();
  await told;
  const grown = oldGenerationBytes() - before;
  assert.ok(grown >= 8 * alive.length * 0.9 && grown < 8 * alive.length * 2, String(grown));
});
