// The cases by which caches are compared on cache-tests.fyi: none may be lost, and none passed without being noticed.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startOrigin } from '../conformance/published/origin.ts';
import { type CaseResult, runCases } from '../conformance/published/run.ts';
import { throughFetch, throughInterceptor } from '../conformance/published/subjects.ts';
import { NOT_PASSED } from '../conformance/published/verdicts.ts';
import { fileEnd } from '../harness/services/service.ts';

/** Cases in which a cache does without a request that it could do without; 86 in all. */
const LEAST_OPTIMAL = 74;

const isExpected = ({ id, kind }: CaseResult): boolean => kind !== 'required' || id in NOT_PASSED;

describe('http-cache-tests', async () => {
  const origin = await startOrigin();
  fileEnd.after(async () => {
    await origin[Symbol.asyncDispose]();
  });
  const through = { fetch: throughFetch(), interceptor: throughInterceptor() };

  describe('at once', { concurrency: true }, () => {
    for (const [name, subject] of Object.entries(through)) {
      it(name, async () => {
        const results = await runCases(origin.port, subject, isExpected);
        const required = results.filter(({ kind }) => kind === 'required');
        assert.equal(required.length, 157);
        assert.deepEqual(
          required.filter(({ verdict }) => verdict !== 'pass').map(({ id }) => id),
          required.map(({ id }) => id).filter((id) => id in NOT_PASSED),
        );
        const optimal = results.filter(({ kind, verdict }) => kind === 'optimal' && verdict === 'pass');
        assert.ok(optimal.length >= LEAST_OPTIMAL, `${optimal.length} of those that an optimal cache passes`);
      });
    }
  });
});
