// Curves over the seconds of a run, and bars of a histogram, as inline SVG: no script draws them.
import { type Html, html } from '../../core/html.ts';

export interface Layer {
  readonly name: string;
  /** Class of the style. */
  readonly color: string;
  /** One value for each second; undefined where there is none. */
  readonly values: readonly (number | undefined)[];
}

export interface Chart {
  readonly title: string;
  readonly show: (value: number) => string;
  readonly layers: readonly Layer[];
  /** Areas on top of each other instead of lines. */
  readonly isStacked: boolean;
}

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 64;
const BOTTOM = 24;
const TOP = 10;

/** At most this many points across: more could not be told apart. */
const MAX_POINTS = 600;

const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** Empty without a value. */
export function overSeconds({ title, show, layers, isStacked }: Chart): Html {
  const thinned = layers.map(({ values, ...layer }) =>
    Object.assign(layer, { values: thin(values, isStacked) }),
  );
  const count = Math.max(...thinned.map(({ values }) => values.length));
  const seconds = Math.max(...layers.map(({ values }) => values.length));
  const drawn = isStacked ? stacked(thinned) : thinned;
  const top = roundTop(Math.max(0, ...drawn.flatMap(({ values }) => values.map((value) => value ?? 0))));
  if (count === 0) return html``;
  const atX = (i: number): number => round(LEFT + ((i + 0.5) / count) * (WIDTH - LEFT));
  const atY = (value: number): number => round(HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - TOP));
  const lines = drawn.map(({ name, color, values }) => {
    const path = pathOf(values, atX, atY);
    const area = `${path}L${atX(count - 1)} ${atY(0)}L${atX(0)} ${atY(0)}Z`;
    return html`<path class="${isStacked ? `area ${color}` : color}" d="${isStacked ? area : path}"
      ><title>${name}</title></path
    >`;
  });
  return html`<figure>
    <figcaption>${title}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
      ${
        // The highest layer is drawn first, so that the ones below it stay visible.
        isStacked ? lines.toReversed() : lines
      }
      ${[0, 0.5, 1].map(
        (share) =>
          html`<line
              class="grid"
              x1="${LEFT}"
              x2="${WIDTH}"
              y1="${atY(share * top)}"
              y2="${atY(share * top)}"
            />
            <text x="${LEFT - 6}" y="${atY(share * top) + 4}" text-anchor="end">${show(share * top)}</text>`,
      )}
      <text x="${LEFT}" y="${HEIGHT - 6}">0 s</text>
      <text x="${WIDTH}" y="${HEIGHT - 6}" text-anchor="end">${seconds} s</text>
    </svg>
    <ul class="key">
      ${layers.map(({ name, color }) => html`<li class="${color}">${name}</li>`)}
    </ul>
  </figure>`;
}

/** A bar for each bucket, its height by its count. */
export function bars(
  title: string,
  buckets: readonly (readonly [upTo: number, count: number])[],
  show: (value: number) => string,
): Html {
  if (buckets.length === 0) return html``;
  const most = Math.max(...buckets.map(([, count]) => count));
  const width = (WIDTH - LEFT) / buckets.length;
  const bottom = HEIGHT - BOTTOM;
  return html`<figure>
    <figcaption>${title}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
      ${buckets.map(([upTo, count], i) => {
        const height = round((count / most) * (bottom - TOP));
        return html`<rect
          class="good"
          x="${round(LEFT + i * width)}"
          y="${bottom - height}"
          width="${round(Math.max(0.5, width - 1))}"
          height="${height}"
          ><title>${`up to ${show(upTo)}: ${count.toLocaleString('en-US')}`}</title></rect
        >`;
      })}
      <line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${bottom}" y2="${bottom}" />
      <text x="${LEFT - 6}" y="${TOP + 6}" text-anchor="end">${most.toLocaleString('en-US')}</text>
      ${[0, 0.25, 0.5, 0.75, 1].map((share) => {
        const i = Math.round(share * (buckets.length - 1));
        const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
        return html`<text x="${round(LEFT + (i + share) * width)}" y="${HEIGHT - 6}" text-anchor="${anchor}"
          >${show(buckets[i]?.[0] ?? 0)}</text
        >`;
      })}
    </svg>
  </figure>`;
}

/** Neighbours as one point: their sum's mean in stacks, the highest of lines, where a peak matters. */
function thin(values: Layer['values'], isMean: boolean): Layer['values'] {
  const together = Math.ceil(values.length / MAX_POINTS);
  if (together <= 1) return values;
  return Array.from({ length: Math.ceil(values.length / together) }, (_, i) => {
    const some = values.slice(i * together, (i + 1) * together).filter((value) => value !== undefined);
    if (some.length === 0) return undefined;
    return isMean ? some.reduce((sum, value) => sum + value, 0) / some.length : Math.max(...some);
  });
}

function stacked(layers: readonly Layer[]): readonly Layer[] {
  let below: readonly number[] = [];
  return layers.map(({ name, color, values }) => {
    below = values.map((value, i) => (below[i] ?? 0) + (value ?? 0));
    return { name, color, values: below };
  });
}

function pathOf(values: Layer['values'], atX: (i: number) => number, atY: (value: number) => number): string {
  let isJoined = false;
  return values
    .map((value, i) => {
      const command = isJoined ? 'L' : 'M';
      isJoined = value !== undefined;
      return value === undefined ? '' : `${command}${atX(i)} ${atY(value)}`;
    })
    .join('');
}

/** The smallest round number that is not below. */
function roundTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (STEPS.find((step) => step * power >= value) ?? 10);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
