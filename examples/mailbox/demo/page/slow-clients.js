/* global document, window */
'use strict';

// Says which curves the report of the slow clients has. The numbers are in the page, and so is uPlot.
(() => {
  const run = JSON.parse(document.getElementById('run').textContent);
  // The longest of them has a point for every moment of the others.
  const longest = run.variants.map(({ points }) => points).toSorted((a, b) => b.length - a.length)[0];
  const seconds = longest.map(({ atMs }) => atMs / 1000);
  const series = (pick) =>
    run.variants.map(({ writer, points }) => ({
      label: writer,
      colour: writer,
      values: seconds.map((_, i) => (points[i] === undefined ? null : pick(points[i]))),
    }));
  const ms = (value) => (value >= 1000 ? `${value / 1000} s` : `${value} ms`);
  const charts = [
    {
      title: 'Memory of the server',
      text: 'Resident, in MB. A curve that ends: its server was ended for it.',
      series: series(({ memoryBytes }) => memoryBytes / 1e6),
      unit: (value) => `${Math.round(value)} MB`,
    },
    {
      title: 'What the fast clients get',
      text: 'All five together, in MB/s.',
      series: series(({ fastBytesPerSecond }) => fastBytesPerSecond / 1e6),
      unit: (value) => `${Math.round(value)} MB/s`,
    },
    {
      title: 'How long a ping takes',
      text: 'p99 of each half second, or as long as the oldest has waited by then; logarithmic.',
      series: series(({ pingMs }) => Math.max(0.1, pingMs)),
      scale: { distr: 3, range: (_, low, high) => [Math.min(low ?? 1, 1), Math.max(high ?? 10, 100)] },
      format: ms,
      unit: (value) => `${value.toFixed(1)} ms`,
    },
    {
      title: 'What the slowest of the slow gets',
      text: 'In KB/s; it reads 64.',
      series: series(({ slowBytesPerSecond }) => slowBytesPerSecond / 1024),
      unit: (value) => `${Math.round(value)} KB/s`,
    },
  ];
  window.drawCharts({ seconds, endS: run.lengthMs / 1000, charts });
})();
