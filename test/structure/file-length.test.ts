// A file holds one idea, and one idea has room in 250 lines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertOnly } from './exceptions.ts';
import { sourceLengths } from './sources.ts';

const MAX_LINES = 250;

/** Files that are longer today, and the lines that they may grow to until they are split. */
const LONGER: Readonly<Record<string, number>> = {
  'cli/config/check.test.ts': 412,
  'management/console/browser/style.css': 700,
  'management/console/console.test.ts': 300,
  'management/server.test.ts': 350,
  'supervisor/detect/crash/classify.test.ts': 300,
  'supervisor/incidents/notify/channels.test.ts': 300,
  'supervisor/incidents/notify/plan.test.ts': 300,
  'telemetry/prometheus.test.ts': 350,
};

const lengths = [...(await sourceLengths())];

test(`no source file is longer than ${MAX_LINES} lines`, () => {
  const longer = lengths.filter(([, lines]) => lines > MAX_LINES);
  assertOnly(
    longer.map(([file]) => file),
    Object.keys(LONGER),
  );
});

test('files that are longer do not grow', () => {
  const grown = lengths.filter(([file, lines]) => lines > (LONGER[file] ?? Infinity));
  assert.deepEqual(grown, []);
});
