// The cases by which caches are compared on cache-tests.fyi: none may be lost, and none passed without being noticed.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startOrigin } from '../conformance/published/origin.ts';
import { type CaseResult, runCases } from '../conformance/published/run.ts';
import { throughFetch, throughInterceptor } from '../conformance/published/subjects.ts';
import { NOT_OPTIMAL, NOT_PASSED } from '../conformance/published/verdicts.ts';
import { fileEnd } from '../harness/services/service.ts';

const isKnown = (id: string): boolean => id in NOT_PASSED || NOT_OPTIMAL.has(id);

/** Cases of the third kind are questions without a right answer. */
const counts = ({ kind }: CaseResult): boolean => kind !== 'check';

describe('http-cache-tests', async () => {
  const origin = await startOrigin();
  fileEnd.after(async () => {
    await origin[Symbol.asyncDispose]();
  });
  const through = { fetch: throughFetch(), interceptor: throughInterceptor() };

  describe('at once', { concurrency: true }, () => {
    for (const [name, subject] of Object.entries(through)) {
      it(name, async () => {
        const results = await runCases(
          origin.port,
          subject,
          (result) => !counts(result) || isKnown(result.id),
        );
        const counted = results.filter(counts);
        assert.equal(counted.length, 157 + 86);
        assert.deepEqual(
          counted.filter(({ verdict }) => verdict !== 'pass').map(({ id }) => id),
          counted.map(({ id }) => id).filter(isKnown),
        );
      });
    }
  });
});
