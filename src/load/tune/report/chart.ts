// Curves of one value over another as inline SVG. Horizontally the axis is logarithmic: rates, limits and backlogs are tried by factors.
import { type Html, html } from '../../../core/html.ts';

export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
}

/** A hollow point is one at which something went wrong. */
export type Point = readonly [x: number, y: number, isHollow?: boolean];

export interface Chart {
  readonly title: string;
  readonly xName: string;
  readonly yName: string;
  readonly lines: readonly Line[];
  /** A point worth naming. */
  readonly mark?: { readonly x: number; readonly name: string } | undefined;
}

const WIDTH = 640;
const HEIGHT = 240;
const LEFT = 56;
const BOTTOM = 36;
const TOP = 12;
const RIGHT = 16;

/** Empty when there are not two points to join. */
export function drawChart({ title, xName, yName, lines, mark }: Chart): Html {
  const points = lines.flatMap((line) => line.points);
  const xs = points.map(([x]) => x).filter((x) => x > 0);
  const [from, to] = [Math.min(...xs), Math.max(...xs)];
  if (xs.length < 2 || from === to) return html``;
  const top = roundUp(Math.max(...points.map(([, y]) => y)));
  const atX = (x: number): number =>
    round(LEFT + (Math.log(x / from) / Math.log(to / from)) * (WIDTH - LEFT - RIGHT));
  const atY = (y: number): number => round(HEIGHT - BOTTOM - (y / top) * (HEIGHT - BOTTOM - TOP));
  const xTicks = [...new Set(xs.toSorted((a, b) => a - b))];
  return html`<figure>
    <figcaption>${title}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${`${title}: ${yName} by ${xName}`}">
      ${[0, 0.5, 1].map(
        (share) =>
          html`<line
              class="grid"
              x1="${LEFT}"
              x2="${WIDTH - RIGHT}"
              y1="${atY(share * top)}"
              y2="${atY(share * top)}"
            /><text x="${LEFT - 6}" y="${atY(share * top) + 4}" text-anchor="end"
              >${short(share * top)}</text
            >`,
      )}
      ${spaced(xTicks, atX).map(
        (x) => html`<text x="${atX(x)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${short(x)}</text>`,
      )}
      <text x="${WIDTH - RIGHT}" y="${HEIGHT - 4}" text-anchor="end">${xName}</text>
      ${
        mark === undefined || mark.x < from || mark.x > to
          ? undefined
          : html`<line
                class="mark"
                x1="${atX(mark.x)}"
                x2="${atX(mark.x)}"
                y1="${TOP}"
                y2="${HEIGHT - BOTTOM}"
                ><title>${mark.name}</title></line
              ><text x="${atX(mark.x) + 4}" y="${TOP + 10}">${mark.name}</text>`
      }
      ${lines.map(
        ({ points: own }, i) =>
          html`<path class="line${i + 1}" d="${pathOf(own, atX, atY)}" />${own.map(
              ([x, y, isHollow]) =>
                html`<circle
                  class="${`line${i + 1}${isHollow === true ? ' hollow' : ''}`}"
                  cx="${atX(x)}"
                  cy="${atY(y)}"
                  r="3"
                  ><title>${`${xName} ${short(x)}: ${short(y)} ${yName}`}</title></circle
                >`,
            )}`,
      )}
    </svg>
    <ul class="key">
      ${lines.map(({ name }, i) => html`<li class="line${i + 1}">${name}</li>`)}
    </ul>
  </figure>`;
}

function pathOf(points: Line['points'], atX: (x: number) => number, atY: (y: number) => number): string {
  return points
    .filter(([x]) => x > 0)
    .toSorted(([a], [b]) => a - b)
    .map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${atX(x)} ${atY(y)}`)
    .join('');
}

/** Labels that do not run into each other. */
function spaced(xs: readonly number[], atX: (x: number) => number): readonly number[] {
  const found: number[] = [];
  for (const x of xs) {
    const before = found.at(-1);
    if (before === undefined || atX(x) - atX(before) > 44) found.push(x);
  }
  return found;
}

/** To a number that is easily halved. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 1.5, 2, 3, 4, 6, 8, 10];
  return power * (steps.find((step) => step * power >= value) ?? 10);
}

function short(value: number): string {
  return value < 10 && !Number.isInteger(value)
    ? value.toFixed(1)
    : Math.round(value).toLocaleString('en-US');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
