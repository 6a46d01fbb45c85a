// The cases by which caches are compared on cache-tests.fyi: none may be lost, and none passed without being noticed.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startOrigin } from '../conformance/published/origin.ts';
import { type CaseResult, runCases } from '../conformance/published/run.ts';
import { throughFetch, throughInterceptor } from '../conformance/published/subjects.ts';
import { isKnown, NOT_PASSED } from '../conformance/published/verdicts.ts';
import { fileEnd } from '../harness/services/service.ts';

/** Cases of the third kind are questions without a right answer. */
const counts = ({ kind }: CaseResult): boolean => kind !== 'check';

describe('http-cache-tests', async () => {
  const origin = await startOrigin();
  fileEnd.after(async () => {
    await origin[Symbol.asyncDispose]();
  });
  const through = {
    fetch: [throughFetch('shared'), throughFetch('private')],
    interceptor: [throughInterceptor('shared'), throughInterceptor('private')],
  } as const;

  describe('at once', { concurrency: true }, () => {
    for (const [name, [subject, forOne]] of Object.entries(through)) {
      it(name, async () => {
        const results = await runCases(
          origin.port,
          subject,
          (result) => !counts(result) || isKnown(result.id, 'shared'),
        );
        const counted = results.filter(counts);
        assert.equal(counted.length, 157 + 86);
        assert.deepEqual(
          counted.filter(({ verdict }) => verdict !== 'pass').map(({ id }) => id),
          counted.map(({ id }) => id).filter((id) => isKnown(id, 'shared')),
        );
      });

      it(`${name}, as a cache for one user: the cases that one for many cannot pass`, async () => {
        const results = await runCases(
          origin.port,
          forOne,
          ({ id }) => isKnown(id, 'private'),
          ({ id, kind = 'required', browser_only: isPrivate = false }) =>
            kind === 'required' && (isPrivate || id in NOT_PASSED.shared),
        );
        assert.equal(results.length, 3 + 5);
        assert.deepEqual(
          results.filter(({ verdict }) => verdict !== 'pass').map(({ id }) => id),
          Object.keys(NOT_PASSED.private),
        );
      });
    }
  });
});
