import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { figure, plot } from './chart.ts';
import { linear, logarithmic, spaced, upTo } from './chart-axis.ts';

const BOX = { left: 0, top: 0, width: 100, height: 100 };
const show = (value: number): string => `${value} u`;
const x = linear(0, 10, [0, 5, 10], show);

test('lines go through their points, and are broken where a value is unknown', () => {
  const points = [
    [0, 0],
    [5, 10],
    [6, undefined],
    [10, 5],
  ] as const;
  const { text } = plot(
    { title: 'T', x, y: upTo(10, show), series: [{ name: 'a', color: 'good', points }] },
    BOX,
  );
  assert.match(text, /class="line good" d="M0 100L50 0M100 50"/);
});

test('stacked series end at the bottom, and the highest is drawn first', () => {
  const series = [
    {
      name: 'low',
      color: 'good',
      points: [
        [0, 2],
        [10, 2],
      ] as const,
    },
    {
      name: 'high',
      color: 'late',
      points: [
        [0, 3],
        [10, 8],
      ] as const,
    },
  ];
  const { text } = plot({ title: 'T', x, y: upTo(10, show), series, isStacked: true }, BOX);
  assert.match(
    text,
    /area late" d="M0 50L100 0L100 100L0 100Z".*area good" d="M0 80L100 80L100 100L0 100Z"/s,
  );
});

test('marks beyond the ends are left out, spans are shaded, hollow points have a hole', () => {
  const { text } = figure({
    title: 'T',
    x,
    y: upTo(1, show),
    series: [{ name: 'a', color: 'good', points: [[5, 1, true]] }],
    hasDots: true,
    marks: [
      { x: 2, name: 'here' },
      { x: 12, name: 'beyond' },
    ],
    spans: [{ from: 2, to: 4, name: 'fault' }],
  });
  assert.match(text, /here/);
  assert.doesNotMatch(text, /beyond/);
  assert.match(text, /class="span" d="M200 0H400V1000H200Z"/);
  assert.match(text, /dot hollow/);
});

test('names are escaped, and without a value there is no figure', () => {
  const one = (value: number | undefined): string =>
    figure({
      title: '<b>',
      x,
      y: upTo(1, show),
      series: [{ name: '<i>', color: 'good', points: [[0, value]] }],
    }).text;
  assert.doesNotMatch(one(1), /<b>|<i>/);
  assert.equal(one(undefined), '');
});

test('an axis ends at a round number that is not below, whatever is measured', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), (most) => {
      const { to, ticks } = upTo(most, show);
      assert.ok(to >= most && to <= 2 * most, `${most}: ${to}`);
      assert.deepEqual(ticks, [0, to / 2, to]);
    }),
  );
});

test('the axis of sizes ends at a round number of their unit', () => {
  assert.equal(upTo(112 * 1024 * 1024, show, 1024).to, 150 * 1024 * 1024);
  assert.equal(upTo(0, show, 1024).to, 1);
});

test('on a logarithmic axis factors are distances, and labels keep their distance', () => {
  const axis = logarithmic(1, 100, [1, 2, 10, 11, 100], show);
  assert.equal(axis.at(10), 0.5);
  assert.ok(axis.at(0) < 0);
  assert.deepEqual(spaced(axis, 0.2), [1, 10, 100]);
});
