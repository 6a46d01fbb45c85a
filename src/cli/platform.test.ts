import assert from 'node:assert/strict';
import { test } from 'node:test';
import { platformProblem } from './platform.ts';

test('Windows is refused with what to do instead', () => {
  assert.match(
    platformProblem('win32') ?? '',
    /^respite run needs Linux or macOS\. On Windows, run it in WSL 2/,
  );
  for (const platform of ['linux', 'darwin', 'freebsd'] as const)
    assert.equal(platformProblem(platform), undefined);
});
