// Calls of the workers to other services, a row for each origin.
import type { ShownOrigin, ShownOutbound } from '../protocol.ts';
import { $, keep, make, say } from './dom.ts';
import { known, milliseconds, percent, rate, whole } from './units.ts';

/** Hidden while the workers make no calls. */
export function showOutbound(outbound: ShownOutbound | undefined): void {
  $('outbound').hidden = outbound === undefined;
  const { origins = [], more = 0 } = outbound ?? {};
  keep(
    $('outbound-rows'),
    origins,
    ({ origin }) => origin,
    (origin) =>
      make(
        'tr',
        {},
        make('th', { scope: 'row', class: 'origin', title: origin.origin }, nameOf(origin)),
        ...figuresOf(origin).map(() => make('td', { class: 'number' })),
        make('td'),
      ),
    (row, origin) => {
      const texts = [...figuresOf(origin), stateOf(origin)];
      texts.forEach((text, i) => {
        const cell = row.children[i + 1];
        if (cell) say(cell, text);
      });
      const last = row.lastElementChild;
      if (!(last instanceof HTMLElement)) return;
      last.className = origin.state === undefined ? '' : 'state';
      last.dataset['state'] = origin.state?.name ?? '';
    },
  );
  $('outbound-more').hidden = more === 0;
  say($('outbound-more'), `and ${whole(more)} more ${more === 1 ? 'origin' : 'origins'}`);
}

/** The label that later origins share once there are many is a word of metrics. */
function nameOf({ origin }: ShownOrigin): string {
  return origin === '_OTHER' ? 'all others' : origin;
}

/** In the order of the columns. */
export function figuresOf(origin: ShownOrigin): string[] {
  const { inFlight, waiting } = origin;
  return [
    known(origin.perSecond, rate),
    known(origin.failedShare, percent),
    known(origin.meanMs, milliseconds),
    waiting > 0 ? `${whole(inFlight)}, ${whole(waiting)} over 1 s` : whole(inFlight),
    known(origin.retriesPerSecond, rate),
    known(origin.heldBackPerSecond, rate),
  ];
}

/** `open in 1 of 4, dry run`; a dash where no policies apply. */
export function stateOf({ state, isDryRun }: ShownOrigin): string {
  if (state === undefined) return '–';
  const where = state.count === state.of ? '' : ` in ${whole(state.count)} of ${whole(state.of)}`;
  return `${state.name === 'holding-back' ? 'holding back' : state.name}${where}${isDryRun ? ', dry run' : ''}`;
}
