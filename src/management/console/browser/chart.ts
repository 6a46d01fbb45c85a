// One picture: its caption, its canvas, its key with the values of now or of where the pointer is.
import type { Curves } from './curves.ts';
import { make, say } from './dom.ts';
import { columnsOf, type Mark, paint, type Palette } from './paint.ts';
import { columns, roundTop } from './scale.ts';

export interface Line {
  readonly name: string;
  /** Of the curve that the supervisor keeps. */
  readonly curve: string;
  /** Of the style. */
  readonly color: string;
  /** Not in the key while there is nothing of it. */
  readonly isRare?: boolean;
}

export interface ChartPlan {
  readonly title: string;
  readonly unit?: string;
  readonly lines: readonly Line[];
  readonly show: (value: number) => string;
  /** What the top is at least: a share of 1 reads wrong when the picture ends at 0.03. */
  readonly atLeast: number;
  readonly base?: 10 | 1024;
  readonly isStacked?: boolean;
  readonly isWide?: boolean;
  /** Whether a column of many moments is their mean or the highest. */
  readonly kind: 'mean' | 'most';
  readonly limit?: number;
  /** Not there while nothing was ever measured. */
  readonly isOptional?: boolean;
}

/** What all pictures have in common. */
export interface Scene {
  readonly curves: Curves;
  readonly span: readonly [fromMs: number, toMs: number];
  readonly marks: readonly Mark[];
  readonly cursorMs: number | undefined;
  readonly palette: Palette;
}

export class Chart {
  readonly figure: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  plan: ChartPlan;
  readonly #key: HTMLElement;
  #keyed = '';

  constructor(plan: ChartPlan) {
    this.plan = plan;
    this.canvas = make('canvas', { role: 'img', 'aria-label': plan.title });
    this.#key = make('ul', { class: 'key' });
    const caption = make('figcaption', {}, plan.title, ' ', make('small', {}, plan.unit ?? ''));
    this.figure = make(
      'figure',
      plan.isWide === true ? { class: 'wide' } : {},
      caption,
      this.canvas,
      this.#key,
    );
  }

  draw({ curves, span, marks, cursorMs, palette }: Scene): void {
    const { plan } = this;
    const { lines, show, kind, isStacked = false, isWide = false, isOptional = false } = plan;
    this.figure.hidden = isOptional && !lines.some(({ curve }) => curves.isKnown(curve));
    if (this.figure.hidden) return;
    const slice = curves.between(...span);
    // A column a second where there is room: more would be stairs.
    const count = Math.max(2, Math.min(columnsOf(this.canvas), Math.round((span[1] - span[0]) / 1000)));
    const drawn = lines.map(({ curve }) => columns(slice.atMs, slice.curve(curve), span, count, kind));
    const most = isStacked ? highestSum(drawn, count) : Math.max(...drawn.map(highest));
    const top = roundTop(Math.max(plan.atLeast, most), plan.base);
    const layers = lines.map(({ color }, i) => ({
      color: palette.color(color),
      values: isStacked ? filled(drawn[i] ?? new Float64Array(count)) : (drawn[i] ?? new Float64Array(count)),
    }));
    paint(
      this.canvas,
      { span, top, layers, isStacked, isWide, limit: plan.limit, marks, show, cursorMs },
      palette,
    );
    const isKnown = drawn.map((values) => highest(values) > (isStacked ? 0.05 : Number.NEGATIVE_INFINITY));
    this.#drawKey(isKnown, (curve) => curves.at(curve, cursorMs ?? span[1]));
  }

  /** In a sentence, for those who cannot see it. */
  describe({ curves, span }: Scene): void {
    const { title, lines, show } = this.plan;
    const slice = curves.between(...span);
    const said = lines.flatMap(({ name, curve, isRare }) => {
      const most = highest(slice.curve(curve));
      if (most === Number.NEGATIVE_INFINITY || (isRare === true && most === 0)) return [];
      const now = curves.at(curve, span[1]);
      return [`${name} ${Number.isNaN(now) ? 'unknown' : show(now)} now, ${show(most)} at most`];
    });
    const text = `${title}: ${said.length === 0 ? 'nothing measured' : said.join('; ')}`;
    this.canvas.setAttribute('aria-label', text);
  }

  #drawKey(isKnown: readonly boolean[], valueOf: (curve: string) => number): void {
    const shown = this.plan.lines.filter(({ isRare }, i) => isRare !== true || isKnown[i]);
    const keyed = shown.map(({ name }) => name).join();
    if (keyed !== this.#keyed) {
      this.#keyed = keyed;
      this.#key.replaceChildren(
        ...shown.map(({ name, color }) =>
          make('li', {}, make('span', { class: `swatch ${color}` }), `${name} `, make('b')),
        ),
      );
    }
    shown.forEach(({ curve }, i) => {
      const value = valueOf(curve);
      const place = this.#key.children[i]?.lastElementChild;
      if (place) say(place, Number.isNaN(value) ? '–' : this.plan.show(value));
    });
  }
}

function highest(values: ArrayLike<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i += 1) if ((values[i] ?? Number.NaN) > most) most = values[i] ?? most;
  return most;
}

function highestSum(all: readonly Float64Array[], count: number): number {
  let most = 0;
  for (let i = 0; i < count; i += 1) {
    let sum = 0;
    for (const values of all) sum += values[i] || 0;
    most = Math.max(most, sum);
  }
  return most;
}

/** Few moments leave columns empty between them, which in a stack would be teeth. */
function filled(values: Float64Array): Float64Array {
  let last = Number.NaN;
  let empty = 0;
  const most = Math.max(3, values.length / 60);
  for (let i = 0; i < values.length; i += 1) {
    if (!Number.isNaN(values[i])) {
      last = values[i] ?? 0;
      empty = 0;
    } else if ((empty += 1) <= most) values[i] = last;
  }
  return values;
}
