// All that is not curves: the verdict, workers, health, incidents.
import type { ShownHealth, ShownIncident, ShownState, ShownWorker } from '../protocol.ts';
import { openReport } from './api.ts';
import { $, keep, make, say } from './dom.ts';
import { showOutbound } from './outbound.ts';
import { age, known, milliseconds, moment, percent, size, whole, words } from './units.ts';

let level = '';

export function showState(state: ShownState): void {
  const { verdict, script, startedAtMs, nowMs, instance, version, dryRun } = state;
  $('verdict').dataset['level'] = verdict.level;
  say($('title'), verdict.title);
  say($('detail'), verdict.detail);
  if (verdict.level !== level) {
    // Read out when it changes, and not with every second's figures.
    level = verdict.level;
    say($('said'), `${verdict.title}. ${verdict.detail}`);
    const tone = getComputedStyle($('verdict')).getPropertyValue('--tone').trim();
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    const circle = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${tone}"/></svg>`;
    if (icon !== null) icon.href = `data:image/svg+xml,${encodeURIComponent(circle)}`;
  }
  document.title = `${verdict.title} · ${script}`;
  say($('script'), script);
  say($('since'), `${instance}, up ${age(nowMs - startedAtMs)}${dryRun ? ', dry run' : ''}`);
  say($('version'), `Respite ${version}`);
  showWorkers(state);
  showHealth(state.health);
  showOutbound(state.outbound);
  showQuarantines(state);
  showGuesses(state);
}

const HINTS: Readonly<Record<string, string>> = {
  prefetch: 'prefetches',
  urgency: 'of low urgency',
  bot: 'from bots',
};

/** Which of the refused requests' classes are guesses. */
function showGuesses({ guessed }: ShownState): void {
  const parts = Object.entries(guessed).map(([hint, count]) => `${whole(count)} ${HINTS[hint] ?? hint}`);
  $('guessed').hidden = parts.length === 0;
  say($('guessed'), `Classes guessed from hints in requests: ${parts.join(', ')}.`);
}

const WHOSE: Readonly<Record<string, string>> = {
  request: 'identical requests by one caller',
  caller: 'requests of one shape by one caller',
  everyone: 'requests of one shape',
};

/** Requests that are shed because requests like them have ended workers. */
function showQuarantines({ quarantines, nowMs }: ShownState): void {
  $('quarantine').hidden = quarantines.length === 0;
  keep(
    $('quarantine-rows'),
    quarantines,
    ({ id }) => id,
    ({ sinceMs }) =>
      make(
        'li',
        {},
        make('time', { datetime: new Date(sinceMs).toISOString() }, moment(sinceMs)),
        make('div', {}, make('span'), make('p', { class: 'faint' })),
        make('span', { class: 'outcome' }),
      ),
    (item, { id, name, scope, deaths, probeAtMs }) => {
      const [, text, end] = item.children;
      if (text?.firstElementChild) say(text.firstElementChild, `${id} ${name}`.trim());
      if (text?.lastElementChild)
        say(text.lastElementChild, `${WHOSE[scope] ?? scope}: ended ${whole(deaths)} workers`);
      const wait = probeAtMs - nowMs;
      if (end) say(end, wait > 0 ? `probe in ${age(wait)}` : 'the next one is the probe');
    },
  );
}

function showWorkers({ workers, nowMs }: ShownState): void {
  const cells = ({ state, pid, startedAtMs, restarts, ...worker }: ShownWorker): string[] => [
    state,
    String(pid),
    age(nowMs - startedAtMs),
    whole(restarts),
    known(worker.loopUtilization, percent),
    known(worker.loopDelayMs, milliseconds),
    worker.limit === undefined ? '–' : `${whole(worker.inFlight ?? 0)} of ${whole(worker.limit)}`,
    known(worker.rssBytes, size),
  ];
  keep(
    $('worker-rows'),
    workers,
    ({ id }) => String(id),
    (worker) =>
      make(
        'tr',
        {},
        make('th', { scope: 'row' }),
        ...cells(worker).map((_, i) => make('td', { class: i === 0 ? 'state' : 'number' })),
      ),
    (row, worker) => {
      const slot = row.children[0];
      // A standby changes its slot.
      if (slot) say(slot, String(worker.slot));
      cells(worker).forEach((text, i) => {
        const cell = row.children[i + 1];
        if (cell) say(cell, text);
      });
      const state = row.children[1];
      if (state instanceof HTMLElement) state.dataset['state'] = worker.state;
    },
  );
  const select = $('of-worker');
  keep(
    select,
    workers,
    ({ id }) => String(id),
    ({ id }) => make('option', { value: String(id) }),
    (option, { id, slot }) => say(option, `worker ${id} (slot ${slot})`),
  );
}

let healthShown = '';

function showHealth(health: ShownHealth): void {
  const text = JSON.stringify(health);
  if (text === healthShown) return;
  healthShown = text;
  $('health-tree').replaceChildren(branch(health.components ?? {}));
}

function branch(components: Readonly<Record<string, ShownHealth>>): HTMLElement {
  const items = Object.entries(components).map(([name, { status, components: inner, details = {} }]) => {
    const why = typeof details['error'] === 'string' ? details['error'] : '';
    const shown = status === 'UNKNOWN' ? 'not known yet' : words(status.toLowerCase().replaceAll('_', '-'));
    return make(
      'li',
      {},
      make(
        'span',
        { class: 'health-item', 'data-state': status },
        make('span', {}, /^\d+$/.test(name) ? `slot ${name}` : name),
        make('span', {}, shown),
      ),
      ...(why === '' ? [] : [make('span', { class: 'health-why' }, why)]),
      ...(inner === undefined ? [] : [branch(inner)]),
    );
  });
  return make('ul', {}, ...items);
}

/** @param onProblem Told why a report could not be opened. */
export function showIncidents(all: readonly ShownIncident[], onProblem: (problem: string) => void): void {
  $('no-incident').hidden = all.length > 0;
  keep(
    $('incident-rows'),
    all.slice(0, 50),
    ({ id }) => id,
    ({ id, openedAtMs }) => {
      const link = make('a', { href: `incidents/${encodeURIComponent(id)}/report.html`, target: '_blank' });
      link.rel = 'noopener';
      link.addEventListener('click', (event) => {
        event.preventDefault();
        openReport(id).catch((error: Error) => onProblem(error.message));
      });
      return make(
        'li',
        {},
        make('time', { datetime: new Date(openedAtMs).toISOString() }, moment(openedAtMs)),
        make('div', {}, link, make('p', { class: 'faint' })),
        make('span', { class: 'outcome' }),
      );
    },
    (item, { cause, summary, worker, openedAtMs, endedAtMs, outcome }) => {
      const [, text, end] = item.children;
      const whose = worker === 0 ? '' : `, worker ${worker}`;
      if (text?.firstElementChild) say(text.firstElementChild, words(cause) + whose);
      if (text?.lastElementChild)
        say(
          text.lastElementChild,
          summary === cause ? '' : words(summary).slice(0, 1) + shortened(summary).slice(1),
        );
      if (!(end instanceof HTMLElement)) return;
      const how = endedAtMs === undefined ? 'open' : (outcome ?? 'recovered');
      end.dataset['outcome'] = how;
      const word = how === 'recovered' ? '✓ healed' : how === 'open' ? 'lasting' : 'not healed';
      say(end, endedAtMs === undefined ? word : `${word} after ${age(endedAtMs - openedAtMs)}`);
    },
  );
}

/** Files by their names: the report has the rest. */
function shortened(summary: string): string {
  return summary.replaceAll(/\((?:file:\/\/)?\/[^()]*\/([^/()]+:\d+)\)/g, '($1)');
}
