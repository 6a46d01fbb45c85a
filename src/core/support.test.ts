// For tests of any folder. Named like a test so that it is not published.
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { IndicatorReport } from './health-link.ts';

export function reportOf(name: string, given: Partial<IndicatorReport> = {}): IndicatorReport {
  return {
    name,
    groups: ['ready'],
    critical: true,
    status: 'UP',
    sinceMs: 1000,
    peer: `${name}:1`,
    trouble: given.status === 'DOWN' ? 'dependency-down' : undefined,
    slowSinceMs: undefined,
    error: given.status === 'DOWN' ? 'refused' : undefined,
    durationMs: 2,
    checkedAtMs: 2000,
    details: {},
    ...given,
  };
}

/** The descriptor of an empty file, which goes with the test. */
export function temporaryFile(t: TestContext): number {
  const directory = mkdtempSync(path.join(tmpdir(), 'respite-unit-'));
  const descriptor = openSync(path.join(directory, 'file'), 'w+');
  t.after(() => {
    try {
      closeSync(descriptor);
    } catch {
      // The test has closed it.
    }
    rmSync(directory, { recursive: true });
  });
  return descriptor;
}
