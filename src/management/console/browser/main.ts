// The console. Listens to the supervisor and draws.
import type { Moments, ShownIncident, ShownState } from '../protocol.ts';
import { note, prepareActions, prepareToken, showActions } from './actions.ts';
import { ask, headers } from './api.ts';
import type { Scene } from './chart.ts';
import { type By, createCharts, requests } from './charts.ts';
import { Curves } from './curves.ts';
import { $, make, say } from './dom.ts';
import { palette } from './paint.ts';
import { showIncidents, showState } from './page.ts';
import { follow } from './stream.ts';
import { clock, milliseconds, percent, rate } from './units.ts';

/** How often pictures are put into words: more often would only be noise. */
const DESCRIBE_MS = 10_000;

const curves = new Curves();
const charts = createCharts();
let state: ShownState | undefined;
let stored: readonly ShownIncident[] = [];
let rangeSeconds = 900;
let cursorMs: number | undefined;
let colors = palette();
let describedAtMs = 0;
let isDue = false;

function incidents(): ShownIncident[] {
  const found = new Map(stored.map((incident) => [incident.id, incident]));
  for (const incident of state?.incidents ?? []) found.set(incident.id, incident);
  return [...found.values()].toSorted((a, b) => b.openedAtMs - a.openedAtMs);
}

function scene(): Scene {
  const toMs = curves.lastAtMs;
  const fromMs = Math.max(toMs - rangeSeconds * 1000, Math.min(curves.firstAtMs, toMs - 30_000));
  const marks = incidents().map(({ openedAtMs, endedAtMs }) => ({ openedAtMs, endedAtMs }));
  return { curves, span: [fromMs, toMs], marks, cursorMs, palette: colors };
}

function draw(): void {
  isDue = false;
  if (curves.isEmpty || document.hidden) return;
  const now = scene();
  for (const chart of charts) chart.draw(now);
  const small = String(charts.filter(({ figure }) => !figure.hidden).length - 1);
  if ($('charts').dataset['small'] !== small) {
    $('charts').dataset['small'] = small;
    // Now that they have their widths.
    for (const chart of charts) chart.draw(now);
  }
  if (now.span[1] - describedAtMs >= DESCRIBE_MS) {
    describedAtMs = now.span[1];
    for (const chart of charts) chart.describe(now);
  }
  showFigures(now.span[1]);
}

/** Once for all that has come until the next picture. */
function drawSoon(): void {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(draw);
}

/** Means over the last seconds: one alone jumps. */
function showFigures(toMs: number): void {
  const slice = curves.between(toMs - 4500, toMs);
  const mean = (name: string): number => {
    const values = [...slice.curve(name)].filter((value) => !Number.isNaN(value));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const reasons = requests('reason').lines.filter(({ curve }) => curve.startsWith('reason-'));
  const refused = reasons.reduce((sum, { curve }) => sum + mean(curve), 0);
  const figure = (id: string, text: string, small: string): void => {
    const place = $(id);
    if (place.dataset['said'] === text + small) return;
    place.dataset['said'] = text + small;
    place.replaceChildren(text, ' ', make('small', {}, small));
  };
  const [p99, utilization] = [mean('p99Ms'), mean('utilization')];
  const [late = '–', lateUnit = ''] = Number.isNaN(p99) ? [] : milliseconds(p99).split(' ');
  figure('figure-served', rate(mean('served')), '/s');
  figure('figure-refused', rate(refused), '/s');
  figure('figure-p99', late, lateUnit);
  const ratio = state?.headroomRatio;
  figure('figure-headroom', ratio === undefined ? '–' : ratio.toFixed(1), '× peak');
  const of = state?.fullestResource?.replaceAll('-', ' ') ?? '';
  if (Number.isNaN(utilization)) figure('figure-utilization', '–', '%');
  else figure('figure-utilization', percent(utilization).slice(0, -2), `% ${of}`);
}

/** A row a minute, of all that is drawn. */
function fillTable(): void {
  const [fromMs, toMs] = scene().span;
  const lines = charts.flatMap(({ plan }) => plan.lines.map((line) => ({ ...line, plan })));
  const rows: HTMLElement[] = [];
  for (let at = Math.floor(toMs / 60_000) * 60_000; at > fromMs - 60_000; at -= 60_000) {
    const slice = curves.between(at, at + 59_999);
    const cells = lines.map(({ curve, plan }) => {
      const values = [...slice.curve(curve)].filter((value) => !Number.isNaN(value));
      const sum = values.reduce((total, value) => total + value, 0);
      const value = plan.kind === 'most' ? Math.max(...values) : sum / values.length;
      return make('td', { class: 'number' }, values.length === 0 ? '–' : plan.show(value));
    });
    rows.push(make('tr', {}, make('th', { scope: 'row' }, clock(at)), ...cells));
  }
  const head = lines.map(({ name, plan }) =>
    make('th', { scope: 'col', class: 'number' }, `${plan.title}, ${name}`),
  );
  const table = make(
    'table',
    {},
    make(
      'caption',
      { class: 'unseen' },
      'Each minute: means, or the highest of utilization, delay and latency',
    ),
    make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'Minute'), ...head)),
    make('tbody', {}, ...rows),
  );
  $('table-rows').replaceChildren(table);
}

let knownIncidents = '';

/** Those on disk too, from other runs; again whenever something has changed. */
function updateIncidents(): void {
  const known = JSON.stringify([state?.isAuthenticated, state?.incidents]);
  if (known === knownIncidents) return;
  knownIncidents = known;
  showIncidents(incidents(), note);
  if (state?.isAuthenticated !== true) return;
  ask('incidents')
    .then(async (response) => response.json() as Promise<{ readonly incidents: readonly Listed[] }>)
    .then(({ incidents: listed }) => {
      stored = listed.map((incident) => ({ ...incident, worker: incident.worker.id }));
      showIncidents(incidents(), note);
      drawSoon();
    })
    .catch(() => {});
}

type Listed = Omit<ShownIncident, 'worker'> & { readonly worker: { readonly id: number } };

const again = follow(
  'events',
  headers,
  ({ type, data }) => {
    if (type === 'moments') {
      curves.add(JSON.parse(data) as Moments);
    } else if (type === 'state') {
      state = JSON.parse(data) as ShownState;
      showState(state);
      showActions(state.dryRun, state.isAuthenticated);
      updateIncidents();
    }
    drawSoon();
  },
  (link) => {
    $('link').dataset['link'] = link;
    say($('link-text'), link === 'open' ? 'Live' : 'Connection lost, trying again');
  },
);

const [first, ...others] = charts;
$('charts').append(first.figure, ...others.map(({ figure }) => figure));
for (const { canvas } of charts) {
  canvas.addEventListener('pointermove', ({ offsetX }) => {
    const [fromMs, toMs] = scene().span;
    cursorMs = fromMs + (offsetX / canvas.clientWidth) * (toMs - fromMs);
    drawSoon();
  });
  canvas.addEventListener('pointerleave', () => {
    cursorMs = undefined;
    drawSoon();
  });
}
$('range').addEventListener('change', ({ target }) => {
  rangeSeconds = Number((target as HTMLInputElement).value);
  describedAtMs = 0;
  drawSoon();
});
$('by').addEventListener('change', ({ target }) => {
  first.plan = requests((target as HTMLInputElement).value as By);
  drawSoon();
});
$('table').addEventListener('toggle', fillTable);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  colors = palette();
  drawSoon();
});
document.addEventListener('visibilitychange', drawSoon);
new ResizeObserver(drawSoon).observe($('charts'));
prepareActions();
prepareToken(again);
