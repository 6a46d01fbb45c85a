// Charts of reports and benchmarks as SVG, without a script. All have one look: chart-style.ts.
import { type Axis, spaced } from './chart-axis.ts';
import { type Html, html } from './html.ts';

/** Undefined breaks the line; a hollow point is one at which something went wrong. */
export type Point = readonly [x: number, y: number | undefined, isHollow?: boolean];

export interface Series {
  readonly name: string;
  /** Class of the style, such as `good` or `line1`. */
  readonly color: string;
  readonly points: readonly Point[];
}

export interface Chart {
  readonly title: string;
  /** What is drawn, in a sentence below the title. */
  readonly note?: string;
  /** What a screen reader says. Default: the title. */
  readonly label?: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Each series on top of those before, as areas. Default false. */
  readonly isStacked?: boolean;
  /** A dot at each point. Default false. */
  readonly hasDots?: boolean;
  /** What the bottom shows, where it is not time. */
  readonly xName?: string;
  /** Moments or values worth naming. */
  readonly marks?: readonly { readonly x: number; readonly name: string }[];
  /** Parts of the width that are shaded, such as the time of a fault. */
  readonly spans?: readonly { readonly from: number; readonly to: number; readonly name: string }[];
}

/** The room of a drawing, in its own units. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Stretched to whatever room there is: lines keep their widths, labels are text of the page. */
const STRETCHED: Box = { left: 0, top: 0, width: 1000, height: 1000 };

/** Between labels at the bottom, as a share of the width: a phone shows six of them. */
const LABELS_APART = 0.16;

/** A chart of a page; empty when there is no value to draw. */
export function figure(chart: Chart): Html {
  const { title, note, label = title, x, y, series, xName } = chart;
  if (!series.some(({ points }) => points.some(([, value]) => value !== undefined))) return html``;
  const { width, height } = STRETCHED;
  const percent = (share: number): string => `${round(100 * share)}%`;
  return html`<figure class="chart">
    <figcaption>${title}${note === undefined ? undefined : html`<span>${note}</span>`}</figcaption>
    <div class="plot">
      <ol class="y" aria-hidden="true">
        ${y.ticks.map((tick) => html`<li style="top: ${percent(1 - y.at(tick))}">${y.show(tick)}</li>`)}
      </ol>
      <svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${label}">
        ${plot(chart, STRETCHED)}
      </svg>
      <ol class="x" aria-hidden="true">
        ${spaced(x, LABELS_APART).map((tick) => {
          const at = percent(x.at(tick));
          return html`<li style="left: ${at}; transform: translateX(-${at})">${x.show(tick)}</li>`;
        })}
      </ol>
    </div>
    <ul class="key">
      ${series.length > 1 || xName === undefined ? series.map(({ name, color }) => html`<li class="${color}">${name}</li>`) : undefined}
      ${xName === undefined ? undefined : html`<li class="axis">${xName}</li>`}
    </ul>
  </figure>`;
}

/** The drawing itself, without labels: grid, spans, lines or areas, dots, marks. */
export function plot({ x, y, series, isStacked, hasDots, marks = [], spans = [] }: Chart, box: Box): Html {
  const atX = (value: number): number => round(box.left + clamped(x.at(value)) * box.width);
  const atY = (value: number): number => round(box.top + (1 - clamped(y.at(value))) * box.height);
  const bottom = round(box.top + box.height);
  const lines = (isStacked === true ? stacked(series) : series).map(({ name, color, points }) => {
    const path = pathOf(points, atX, atY);
    if (isStacked !== true)
      return html`<path class="line ${color}" d="${path}"><title>${name}</title></path>`;
    const [first = 0, last = 0] = [points[0]?.[0], points.at(-1)?.[0]];
    return html`<path class="area ${color}" d="${path}L${atX(last)} ${bottom}L${atX(first)} ${bottom}Z"
      ><title>${name}</title></path
    >`;
  });
  return html`${spans.map(
    ({ from, to, name }) =>
      html`<path class="span" d="M${atX(from)} ${box.top}H${atX(to)}V${bottom}H${atX(from)}Z"
        ><title>${name}</title></path
      >`,
  )}
  ${y.ticks.map((tick) => html`<path class="grid" d="M${box.left} ${atY(tick)}h${box.width}" />`)}
  ${
    // The highest layer is drawn first, so that the ones below it stay visible.
    isStacked === true ? lines.toReversed() : lines
  }
  ${hasDots === true ? series.map((each) => dots(each, x, y, atX, atY)) : undefined}
  ${marks
    .filter((mark) => mark.x >= x.from && mark.x <= x.to)
    .map(
      (mark) =>
        html`<path class="mark" d="M${atX(mark.x)} ${box.top}V${bottom}"><title>${mark.name}</title></path>`,
    )}`;
}

/** Points as lines without length, whose round ends stay round however the drawing is stretched. */
function dots(
  { color, points }: Series,
  x: Axis,
  y: Axis,
  atX: (value: number) => number,
  atY: (value: number) => number,
): readonly Html[] {
  return points.flatMap(([px, py, isHollow]) => {
    if (py === undefined) return [];
    const d = `M${atX(px)} ${atY(py)}h0`;
    const title = html`<title>${`${x.show(px)}: ${y.show(py)}`}</title>`;
    const dot = html`<path class="dot ${color}" d="${d}">${title}</path>`;
    return isHollow === true ? [dot, html`<path class="dot hollow" d="${d}">${title}</path>`] : [dot];
  });
}

function stacked(series: readonly Series[]): readonly Series[] {
  let below: readonly number[] = [];
  return series.map(({ name, color, points }) => {
    below = points.map(([, value], i) => (below[i] ?? 0) + (value ?? 0));
    return { name, color, points: points.map(([x], i): Point => [x, below[i]]) };
  });
}

function pathOf(
  points: readonly Point[],
  atX: (value: number) => number,
  atY: (value: number) => number,
): string {
  let isJoined = false;
  return points
    .map(([x, y]) => {
      const command = isJoined ? 'L' : 'M';
      isJoined = y !== undefined;
      return y === undefined ? '' : `${command}${atX(x)} ${atY(y)}`;
    })
    .join('');
}

/** A little beyond the top shows that there is more. */
function clamped(share: number): number {
  return Math.min(1.02, Math.max(0, share));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
