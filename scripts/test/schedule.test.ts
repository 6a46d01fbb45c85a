import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fakeJob, fakeResult } from './fake-job.test.ts';
import type { Job, JobResult, Load } from './job.ts';
import { runAll } from './schedule.ts';

const CORES = 2;

const LOADS: fc.Arbitrary<Load> = fc.constantFrom('computes', 'waits', 'paces', 'measures', 'floods');

const JOBS: fc.Arbitrary<Job[]> = fc.array(
  fc.record({ load: LOADS, budgetSeconds: fc.integer({ min: 1, max: 100 }) }).map((given) => fakeJob(given)),
  { maxLength: 30 },
);

test('every job runs once, computing jobs on a core each, then one that measures beside one that keeps a pace, floods alone and last', async () => {
  await fc.assert(
    fc.asyncProperty(JOBS, fc.scheduler(), async (jobs, scheduler) => {
      const running: Job[] = [];
      const ended: Job[] = [];
      const run = async (job: Job): Promise<JobResult> => {
        running.push(job);
        const count = (load: Load): number => running.filter((other) => other.load === load).length;
        assert.ok(3 * count('computes') + count('waits') <= 3 * CORES);
        assert.ok(count('paces') <= 3 && count('measures') <= 1);
        if (count('measures') === 1) assert.ok(running.length <= 2);
        if (job.load === 'floods') assert.equal(running.length, 1);
        const phase = phaseOf(job);
        assert.ok(running.every((other) => phaseOf(other) === phase));
        assert.ok(jobs.every((other) => phaseOf(other) >= phase || ended.includes(other)));
        await scheduler.schedule(Promise.resolve());
        running.splice(running.indexOf(job), 1);
        return fakeResult({ job, passed: job.budgetSeconds % 2 === 0 });
      };
      await scheduler.waitFor(runAll(jobs, CORES, run, ({ job }) => ended.push(job)));
      assert.deepEqual(new Set(ended), new Set(jobs));
      assert.equal(ended.length, jobs.length);
    }),
  );
});

function phaseOf({ load }: Job): number {
  if (load === 'floods') return 2;
  return load === 'paces' || load === 'measures' ? 1 : 0;
}
