/* global document, window, matchMedia, getComputedStyle, ResizeObserver, uPlot */
'use strict';

/**
 * Draws curves over time into `#charts`: `seconds` is the time of each point, `charts` has a title, a text and series, each with
 * the name of a colour of the page and its values (null where there is none); `band` is shaded behind all of them.
 */
window.drawCharts = ({ seconds, endS, charts, band }) => {
  const host = document.getElementById('charts');
  const plain = (value) => String(Math.round(value * 10) / 10);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const sync = uPlot.sync('run');
  const drawn = [];

  const shadeBand = (plot) => {
    if (band === undefined) return;
    const { ctx, bbox } = plot;
    const left = plot.valToPos(band.fromS, 'x', true);
    const right = plot.valToPos(band.untilS, 'x', true);
    ctx.save();
    ctx.fillStyle = colour('storm');
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.fillStyle = colour('faint');
    ctx.font = `${11 * uPlot.pxRatio}px system-ui, sans-serif`;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'top';
    ctx.fillText(band.label, left, bbox.top - 14 * uPlot.pxRatio);
    ctx.restore();
  };

  const options = (chart, width) => ({
    width,
    height: 210,
    padding: [18, 8, 0, 0],
    cursor: { sync: { key: sync.key }, y: false, drag: { x: false, y: false } },
    legend: { live: true },
    scales: {
      x: { time: false, range: () => [0, endS] },
      y: chart.scale ?? {
        range: { min: { hard: 0, soft: 0, mode: 1 }, max: { pad: 0.1, soft: 5, mode: 1 } },
      },
    },
    axes: [
      {
        stroke: colour('faint'),
        grid: { stroke: colour('grid'), width: 1 },
        ticks: { show: false },
        values: (_, splits) => splits.map((s) => `${s} s`),
        size: 28,
      },
      {
        stroke: colour('faint'),
        grid: { stroke: colour('grid'), width: 1 },
        ticks: { show: false },
        size: 54,
        values: (_, splits) => splits.map((v) => (v === null ? null : (chart.format ?? plain)(v))),
      },
    ],
    series: [
      { label: 'second', value: (_, value) => (value === null ? '–' : plain(value)) },
      ...chart.series.map(({ label, colour: name, dash }) => ({
        label,
        stroke: colour(name),
        width: 2,
        ...(dash ? { dash } : {}),
        points: { show: false },
        spanGaps: true,
        value: (_, value) => (value === null || value === undefined ? '–' : (chart.unit ?? plain)(value)),
      })),
    ],
    hooks: { drawAxes: [shadeBand] },
  });

  for (const chart of charts) {
    const data = [seconds, ...chart.series.map(({ values }) => values)];
    if (data.slice(1).every((values) => values.every((value) => value === null))) continue;
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    const title = document.createElement('strong');
    const text = document.createElement('span');
    title.textContent = chart.title;
    text.textContent = chart.text;
    caption.append(title, text);
    const box = document.createElement('div');
    box.className = 'chart';
    box.setAttribute('role', 'img');
    box.setAttribute('aria-label', `${chart.title}: ${chart.text} The table below has the numbers.`);
    figure.append(caption, box);
    host.append(figure);
    drawn.push({ chart, box, data, plot: undefined });
  }

  const draw = () => {
    for (const entry of drawn) {
      entry.plot?.destroy();
      entry.plot = new uPlot(
        options(entry.chart, Math.max(200, entry.box.clientWidth)),
        entry.data,
        entry.box,
      );
    }
  };
  draw();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  new ResizeObserver(() => {
    for (const { plot, box } of drawn) {
      const width = Math.max(200, box.clientWidth);
      if (plot && plot.width !== width) plot.setSize({ width, height: plot.height });
    }
  }).observe(host);
  window.reportIsDrawn = true;
};
