// For tests of user code that throws: what would be an uncaught exception is collected instead.
import type { TestContext } from 'node:test';

/** @returns What was thrown from callbacks of `process.nextTick` since. */
export function collectThrown(t: TestContext): unknown[] {
  const thrown: unknown[] = [];
  const { nextTick } = process;
  t.mock.method(process, 'nextTick', (call: (...given: unknown[]) => void, ...given: unknown[]) => {
    nextTick(() => {
      try {
        call(...given);
      } catch (error) {
        thrown.push(error);
      }
    });
  });
  return thrown;
}
