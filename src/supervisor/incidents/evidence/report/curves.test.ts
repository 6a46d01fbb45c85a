import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawChart } from './curves.ts';

const curve = (values: readonly number[]): { atMs: Float64Array; values: Float32Array } => ({
  atMs: Float64Array.from(values, (_, i) => 1000 * i),
  values: Float32Array.from(values),
});

const chart = { title: 'T', show: (value: number) => `${value} u`, atLeast: 1 };

test('draws from the first moment to the last, as high as the highest', () => {
  const { text } = drawChart({ ...chart, lines: [{ name: 'a', curve: curve([0, 4, Number.NaN, 2]) }] }, [
    { atMs: 1500, name: 'opened' },
    { atMs: 9000, name: 'later' },
  ]);
  assert.match(text, /d="M0 1000L333.3 0L1000 500"/);
  assert.match(text, /aria-label="T: a 2 u, at most 4 u"/);
  assert.match(text, /class="mark" d="M500 0V1000"/);
  assert.doesNotMatch(text, /later/);
});

test('what was not measured for long is not joined, and what never was is not drawn', () => {
  const values = [1, ...Array.from({ length: 9 }, () => Number.NaN), 1];
  assert.match(
    drawChart({ ...chart, lines: [{ name: 'a', curve: curve(values) }] }, []).text,
    /d="M0 0M1000 0"/,
  );
  assert.equal(
    drawChart({ ...chart, lines: [{ name: 'a', curve: curve([Number.NaN, Number.NaN]) }] }, []).text,
    '',
  );
  assert.equal(drawChart({ ...chart, lines: [] }, []).text, '');
});
