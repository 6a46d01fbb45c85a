/* global document, window */
'use strict';

// Says which curves the report of the cache has. The numbers are in the page, and so is uPlot.
(() => {
  const run = JSON.parse(document.getElementById('run').textContent);
  const [without, withCache] = run.sides;
  const seconds = without.curves.map(({ atMs }) => atMs / 1000);
  const endS = run.phases.at(-1).untilMs / 1000;

  const ms = (value) => (value >= 1000 ? `${value / 1000} s` : `${value} ms`);
  const percent = (value) => `${value} %`;
  const one = (side, pick) => ({
    label: side.name,
    colour: side.isProtected ? 'with' : 'without',
    values: seconds.map((_, i) => pick(side.curves[i] ?? {}) ?? null),
  });
  const sides = (pick) => run.sides.map((side) => one(side, pick));

  const charts = [
    {
      title: 'Requests to the Mailbox server',
      text: 'Sent by the webmail in each second.',
      series: sides((point) => point.askedPerSecond),
    },
    {
      title: 'Pages that are shown',
      text: 'Share of the pages asked for in each second.',
      series: sides((point) => point.successPercent),
      scale: { range: () => [0, 101] },
      format: percent,
    },
    {
      title: 'How long users wait',
      text: 'p99 of the pages of each second.',
      series: sides((point) => point.p99Ms),
      scale: { distr: 3, range: (_, low, high) => [Math.min(low ?? 1, 1), Math.max(high ?? 10, 100)] },
      format: ms,
    },
    {
      title: 'Pages made without asking',
      text: 'Share of the pages of each second: from the cache, fresh or stale.',
      series: [one(withCache, (point) => point.hitPercent)],
      scale: { range: () => [0, 101] },
      format: percent,
    },
  ];
  const stopped = run.phases.find(({ name }) => name === 'stopped');
  const band = {
    fromS: stopped.fromMs / 1000,
    untilS: stopped.untilMs / 1000,
    label: 'Mailbox server stopped',
  };
  window.drawCharts({ seconds, endS, charts, band });
})();
