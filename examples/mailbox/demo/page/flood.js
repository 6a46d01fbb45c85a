/* global document, window */
'use strict';

// Draws the curves of the report. The numbers are in the page, and so is uPlot.
(() => {
  const run = JSON.parse(document.getElementById('run').textContent);
  const [without, withRespite] = run.sides;
  const seconds = without.curves.map(({ atMs }) => atMs / 1000);
  const endS = run.phases.at(-1).untilMs / 1000;

  const ms = (value) => (value >= 1000 ? `${value / 1000} s` : `${value} ms`);
  const one = (label, side, pick, dash) => ({
    label,
    colour: side.isProtected ? 'with' : 'without',
    values: seconds.map((_, i) => pick(side.curves[i] ?? {}) ?? null),
    ...(dash ? { dash } : {}),
  });
  const sides = (pick) => run.sides.map((side) => one(side.name, side, pick));

  const charts = [
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
        one('in flight', withRespite, (point) => point.inFlight),
        one('shed per second', withRespite, (point) => point.shedPerSecond, [5, 4]),
      ],
    },
  ];

  const storm = run.phases.find(({ name }) => name === 'storm');
  const band = { fromS: storm.fromMs / 1000, untilS: storm.untilMs / 1000, label: 'flood' };
  window.drawCharts({ seconds, endS, charts, band });
})();
