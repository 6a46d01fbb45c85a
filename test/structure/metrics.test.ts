// Every metric that there is from the start stands in the reference.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { renderMetrics } from '../../src/telemetry/index.ts';

test('the reference names every metric', () => {
  const text = renderMetrics(
    {
      workers: [],
      restarts: {},
      incidentCounts: { ended: {}, open: {} },
      totals: {
        duration: { boundsSeconds: [], series: [] },
        requests: [],
        connectionsRefused: 0,
        instruments: [],
      },
    },
    'prometheus',
  );
  const reference = readFileSync(
    path.resolve(import.meta.dirname, '../../docs/reference/management.md'),
    'utf8',
  );
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  assert.ok(names.length > 30);
  assert.deepEqual(
    names.filter((name) => !new RegExp(`\`${name}[\`{]`).test(reference)),
    [],
  );
});
