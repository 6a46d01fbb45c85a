// Jobs that never start a process, for tests of what is done with jobs.
import type { Job, JobResult } from './job.ts';
import type { TestResult } from './reporter.ts';

export function fakeJob(given: Partial<Job> = {}): Job {
  return {
    name: 'test/a.test.ts',
    stage: 'unit',
    load: 'waits',
    command: 'true',
    args: [],
    budgetSeconds: 10,
    reportsTests: true,
    ...given,
  };
}

export function fakeResult(given: Partial<JobResult> = {}): JobResult {
  return {
    job: fakeJob(),
    passed: true,
    seconds: 1,
    cpuSeconds: 0.5,
    output: '',
    tests: [fakeTest()],
    ...given,
  };
}

export function fakeTest(given: Partial<TestResult> = {}): TestResult {
  return {
    file: 'test/a.test.ts',
    name: 'it works',
    passed: true,
    durationMs: 1,
    isSuite: false,
    isOutermost: true,
    ...given,
  };
}
