// Curves as inline SVG: a line each, with the moments of the incident marked. No script draws them.
import type { Curve } from '../../../../core/history.ts';
import { type Html, html } from '../../../../core/html.ts';

export interface Line {
  readonly name: string;
  readonly curve: Curve;
}

/** One picture. */
export interface Chart {
  readonly title: string;
  readonly lines: readonly Line[];
  /** A value in words, with its unit. */
  readonly show: (value: number) => string;
  /** What the top edge is at least: a share of 1 reads wrong when the picture ends at 0.03. */
  readonly atLeast: number;
}

/** A moment to be marked. */
export interface Mark {
  readonly atMs: number;
  readonly name: string;
}

const WIDTH = 600;
const HEIGHT = 120;

/** Moments further apart than this are not joined: nothing was measured in between. */
const GAP_MS = 5000;

/** Empty when nothing was measured. */
export function drawChart({ title, lines, show, atLeast }: Chart, marks: readonly Mark[]): Html {
  const known = lines.filter(({ curve }) => curve.values.some((value) => !Number.isNaN(value)));
  const times = known.flatMap(({ curve }) => [curve.atMs[0] ?? 0, curve.atMs.at(-1) ?? 0]);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  if (known.length === 0 || to <= from) return html``;
  const top = Math.max(atLeast, ...known.map(({ curve }) => largest(curve)));
  const said = known.map(
    ({ name, curve }) => `${name} ${show(last(curve))}, at most ${show(largest(curve))}`,
  );
  return html`<figure>
    <figcaption>${title} <span class="top">${show(top)}</span></figcaption>
    <svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${`${title}: ${said.join('; ')}`}"
    >
      ${marks
        .filter(({ atMs }) => atMs >= from && atMs <= to)
        .map(({ atMs, name }) => {
          const x = round(((atMs - from) / (to - from)) * WIDTH);
          return html`<line class="mark" x1="${x}" x2="${x}" y1="0" y2="${HEIGHT}"
            ><title>${name}</title></line
          >`;
        })}
      ${known.map(({ curve }, i) => html`<path class="line${i + 1}" d="${path(curve, from, to, top)}" />`)}
    </svg>
    <div class="ends">
      <span>${clock(from)}</span>
      <ul class="key">
        ${known.map(({ name, curve }, i) => html`<li class="line${i + 1}">${name} ${show(last(curve))}</li>`)}
      </ul>
      <span>${clock(to)}</span>
    </div>
  </figure>`;
}

/** In pieces where something is not known. */
function path({ atMs, values }: Curve, from: number, to: number, top: number): string {
  let d = '';
  let beforeMs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? Number.NaN;
    const at = atMs[i] ?? 0;
    if (Number.isNaN(value) || value === Infinity) continue;
    const x = round(((at - from) / (to - from)) * WIDTH);
    const y = round(HEIGHT - (Math.max(0, value) / top) * HEIGHT);
    d += `${at - beforeMs > GAP_MS ? 'M' : 'L'}${x} ${y}`;
    beforeMs = at;
  }
  return d;
}

function largest({ values }: Curve): number {
  return values.reduce((most, value) => (value > most && value !== Infinity ? value : most), 0);
}

function last({ values }: Curve): number {
  return values.findLast((value) => !Number.isNaN(value) && value !== Infinity) ?? 0;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** In UTC, as logs have it. */
export function clock(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}
