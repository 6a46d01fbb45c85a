// A reporter of node:test for the runner: one line of JSON for each test that has ended.
import type { TestEvent } from 'node:test/reporters';

/** One test, as the runner reads it. */
export interface TestResult {
  readonly file: string;
  /** Names of its suites and its own, from the outside in. */
  readonly name: string;
  readonly passed: boolean;
  readonly durationMs: number;
  /** Why it did not run; an empty text when no reason was given. */
  readonly skipped?: string | undefined;
  readonly isSuite: boolean;
  /** It is in no suite and in no other test. */
  readonly isOutermost: boolean;
}

interface Ended {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: { readonly duration_ms: number; readonly type?: string };
}

export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  // A suite ends after its tests, so the names of those that are open are known from their starts.
  const open: string[] = [];
  for await (const { type, data } of source as AsyncIterable<{ type: string; data: Ended }>) {
    if (type === 'test:start') {
      open.length = data.nesting;
      open.push(data.name);
    } else if (type === 'test:pass' || type === 'test:fail') {
      const result: TestResult = {
        file: data.file ?? '',
        name: [...open.slice(0, data.nesting), data.name].join(' › '),
        passed: type === 'test:pass',
        durationMs: Math.round(data.details.duration_ms),
        isSuite: data.details.type === 'suite',
        isOutermost: data.nesting === 0,
        ...(data.skip === undefined || data.skip === false
          ? {}
          : { skipped: data.skip === true ? '' : data.skip }),
        ...(data.todo === undefined || data.todo === false ? {} : { skipped: 'todo' }),
      };
      yield `${JSON.stringify(result)}\n`;
    }
  }
}
