/* global document, window, matchMedia, getComputedStyle, ResizeObserver, uPlot */
'use strict';

// Draws the curves of the report. The numbers are in the page, and so is uPlot.
(() => {
  const run = JSON.parse(document.getElementById('run').textContent);
  const [without, withRespite] = run.sides;
  const seconds = without.curves.map(({ atMs }) => atMs / 1000);
  const endS = run.phases.at(-1).untilMs / 1000;

  const ms = (value) => (value >= 1000 ? `${value / 1000} s` : `${value} ms`);
  const plain = (value) => String(Math.round(value * 10) / 10);
  const sides = (pick, extra = {}) => run.sides.map((side) => ({ label: side.name, side, pick, ...extra }));

  const flood = [
    {
      title: 'How long users wait',
      text: 'p99 of list and read in each second, logarithmic. Calls that time out count with the time they took.',
      series: sides((point) => point.userP99Ms),
      scale: { distr: 3, range: (_, low, high) => [Math.min(low ?? 1, 1), Math.max(high ?? 10, 2500)] },
      format: ms,
      unit: (value) => (value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(1)} ms`),
    },
    {
      title: 'Users’ calls that succeed',
      text: 'Share of list and read in each second.',
      series: sides((point) => (point.userSuccess === undefined ? undefined : point.userSuccess * 100)),
      scale: { range: () => [0, 101] },
      format: (value) => `${value} %`,
      unit: (value) => `${value.toFixed(1)} %`,
    },
    {
      title: 'Mail taken in',
      text: 'Mails answered with 250 in each second.',
      series: sides((point) => point.acceptedPerSecond),
    },
    {
      title: 'Mail asked to come back',
      text: 'Tries answered with 451 in each second. The senders keep these mails and try again.',
      series: sides((point) => point.refusedPerSecond),
    },
    {
      title: 'Memory of the server',
      text: 'Resident, with everything it started; MB.',
      series: sides((point) => (point.memoryBytes === undefined ? undefined : point.memoryBytes / 1e6)),
      unit: (value) => `${Math.round(value)} MB`,
    },
    {
      title: 'What Respite does',
      text: 'From its own /metrics: requests in flight (solid), and requests shed in each second (dashed). Few get as far as that: the gateway remembers a refusal.',
      series: [
        { label: 'in flight', side: withRespite, pick: (point) => point.inFlight },
        { label: 'shed per second', side: withRespite, pick: (point) => point.shedPerSecond, dash: [5, 4] },
      ],
    },
  ];

  const percent = (value) => `${value} %`;
  const webmail = [
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
      series: [{ label: withRespite.name, side: withRespite, pick: (point) => point.hitPercent }],
      scale: { range: () => [0, 101] },
      format: percent,
    },
  ];
  const shown = { storm: 'flood', stopped: 'Mailbox server stopped' };
  const special = run.phases.find(({ name }) => name in shown);
  const charts = special.name === 'storm' ? flood : webmail;

  const host = document.getElementById('charts');
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const sideColour = (side) => colour(side.isProtected ? 'with' : 'without');
  const sync = uPlot.sync('run');
  const drawn = [];

  /** Shades the time that it is about, so that every curve shows when it was. */
  const shadeStorm = (plot) => {
    const { ctx, bbox } = plot;
    const left = plot.valToPos(special.fromMs / 1000, 'x', true);
    const right = plot.valToPos(special.untilMs / 1000, 'x', true);
    ctx.save();
    ctx.fillStyle = colour('storm');
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.fillStyle = colour('faint');
    ctx.font = `${11 * uPlot.pxRatio}px system-ui, sans-serif`;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'top';
    ctx.fillText(shown[special.name], left, bbox.top - 14 * uPlot.pxRatio);
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
      ...chart.series.map(({ label, side, dash }) => ({
        label,
        stroke: sideColour(side),
        width: 2,
        ...(dash ? { dash } : {}),
        points: { show: false },
        spanGaps: true,
        value: (_, value) => (value === null || value === undefined ? '–' : (chart.unit ?? plain)(value)),
      })),
    ],
    hooks: { drawAxes: [shadeStorm] },
  });

  const columns = (chart) => [
    seconds,
    ...chart.series.map(({ side, pick }) => seconds.map((_, i) => pick(side.curves[i] ?? {}) ?? null)),
  ];

  for (const chart of charts) {
    const data = columns(chart);
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
})();
