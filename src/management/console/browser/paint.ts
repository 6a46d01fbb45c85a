// Draws on a canvas: stacked areas or lines, the moments of incidents, the axis. Knows pixels and nothing of what is drawn.
import { timeTicks } from './scale.ts';
import { clock } from './units.ts';

export interface Layer {
  readonly color: string;
  /** One value for each column; NaN where nothing is known. */
  readonly values: Float64Array;
}

export interface Mark {
  readonly openedAtMs: number;
  /** Undefined while it lasts. */
  readonly endedAtMs: number | undefined;
}

export interface Picture {
  readonly span: readonly [fromMs: number, toMs: number];
  readonly top: number;
  readonly layers: readonly Layer[];
  readonly isStacked: boolean;
  /** A line across, such as a limit. */
  readonly limit: number | undefined;
  readonly marks: readonly Mark[];
  readonly show: (value: number) => string;
  /** Where the pointer is. */
  readonly cursorMs: number | undefined;
  /** Says at the marks what they are. */
  readonly isWide: boolean;
}

const AXIS = 18;
const ROOM_ABOVE = 8;

/** Of the page's style. */
export interface Palette {
  readonly color: (name: string) => string;
}

export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return { color: (name) => style.getPropertyValue(`--${name}`).trim() };
}

/** As many columns as are drawn: a device's pixel each, in half for areas. */
export function columnsOf(canvas: HTMLCanvasElement): number {
  return Math.max(2, Math.min(600, Math.floor(canvas.clientWidth / 1.5)));
}

export function paint(canvas: HTMLCanvasElement, picture: Picture, { color }: Palette): void {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const context = canvas.getContext('2d');
  if (context === null || width === 0) return;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = '11px system-ui, sans-serif';
  const [fromMs, toMs] = picture.span;
  const bottom = height - AXIS;
  const x = (atMs: number): number => ((atMs - fromMs) / (toMs - fromMs)) * width;
  const y = (value: number): number => bottom - (value / picture.top) * (bottom - ROOM_ABOVE);

  // The grid, with its values on the right where time goes on.
  const grid = picture.isWide ? [0.25, 0.5, 0.75, 1] : [0.5, 1];
  context.lineWidth = 1;
  context.strokeStyle = color('grid');
  for (const share of grid) line(context, 0, y(share * picture.top), width, y(share * picture.top));
  context.strokeStyle = color('edge');
  line(context, 0, bottom, width, bottom);
  context.fillStyle = color('faint');
  context.textBaseline = 'alphabetic';
  const ticks = timeTicks(fromMs, toMs, Math.max(2, Math.floor(width / 110)));
  for (const at of ticks) {
    const text = clock(at, toMs - fromMs < 600_000 && at % 60_000 !== 0);
    const half = context.measureText(text).width / 2;
    if (x(at) > half && x(at) < width - half) context.fillText(text, x(at) - half, height - 4);
  }

  paintMarks(context, picture, { x, bottom, width, color });
  if (picture.isStacked) paintStack(context, picture.layers, width, y);
  else for (const layer of picture.layers) paintLine(context, layer, width, y, picture.layers.length === 1);

  if (picture.limit !== undefined && picture.limit <= picture.top) {
    context.strokeStyle = color('faint');
    context.setLineDash([2, 3]);
    line(context, 0, y(picture.limit), width, y(picture.limit));
    context.setLineDash([]);
  }
  // Above the curves, on a ground of their own, or they could not be read.
  for (const share of picture.isWide ? [0.5, 1] : [1]) {
    const text = picture.show(share * picture.top);
    const w = context.measureText(text).width;
    const at = y(share * picture.top);
    context.fillStyle = color('panel');
    context.globalAlpha = 0.78;
    context.fillRect(width - w - 6, at + 1, w + 6, 14);
    context.globalAlpha = 1;
    context.fillStyle = color('faint');
    context.fillText(text, width - w - 3, at + 12);
  }
  if (picture.cursorMs !== undefined) {
    context.strokeStyle = color('text');
    context.globalAlpha = 0.55;
    line(context, x(picture.cursorMs), 0, x(picture.cursorMs), bottom);
    context.globalAlpha = 1;
  }
}

function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  // Between pixels a line of one is two of half its strength.
  const sharp = (value: number): number => Math.round(value) + 0.5;
  context.moveTo(x1 === x2 ? sharp(x1) : x1, x1 === x2 ? y1 : sharp(y1));
  context.lineTo(x1 === x2 ? sharp(x2) : x2, x1 === x2 ? y2 : sharp(y2));
  context.stroke();
}

function paintStack(
  context: CanvasRenderingContext2D,
  layers: readonly Layer[],
  width: number,
  y: (value: number) => number,
): void {
  const count = layers[0]?.values.length ?? 0;
  let below = new Float64Array(count);
  for (const { color, values } of layers) {
    const above = below.map((value, i) => value + (values[i] || 0));
    context.beginPath();
    for (let i = 0; i < count; i += 1) context.lineTo(((i + 0.5) / count) * width, y(above[i] ?? 0));
    context.lineTo(width, y(above[count - 1] ?? 0));
    context.lineTo(width, y(below[count - 1] ?? 0));
    for (let i = count - 1; i >= 0; i -= 1) context.lineTo(((i + 0.5) / count) * width, y(below[i] ?? 0));
    context.closePath();
    context.fillStyle = color;
    context.globalAlpha = 0.88;
    context.fill();
    context.globalAlpha = 1;
    below = above;
  }
}

function paintLine(
  context: CanvasRenderingContext2D,
  { color, values }: Layer,
  width: number,
  y: (value: number) => number,
  isFilled: boolean,
): void {
  const path = new Path2D();
  const area = new Path2D();
  const x = (i: number): number => ((i + 0.5) / values.length) * width;
  let lastKnown = -1;
  // Few moments leave columns empty between them: only longer gaps are gaps.
  const mostEmpty = Math.max(3, values.length / 60);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const isJoined = lastKnown >= 0 && i - lastKnown <= mostEmpty;
    if (isJoined) path.lineTo(x(i), y(value));
    else path.moveTo(x(i), y(value));
    if (!isJoined && lastKnown >= 0) area.lineTo(x(lastKnown), y(0));
    if (!isJoined) area.moveTo(x(i), y(0));
    area.lineTo(x(i), y(value));
    lastKnown = i;
  }
  if (lastKnown >= 0) area.lineTo(x(lastKnown), y(0));
  context.fillStyle = color;
  context.globalAlpha = 0.13;
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- a canvas is no array
  if (isFilled) context.fill(area);
  context.globalAlpha = 1;
  context.strokeStyle = color;
  context.lineWidth = 1.6;
  context.lineJoin = 'round';
  context.stroke(path);
}

/** The time of an incident is shaded, and where it has healed there is a tick. */
function paintMarks(
  context: CanvasRenderingContext2D,
  { marks, span: [fromMs, toMs], isWide }: Picture,
  {
    x,
    bottom,
    width,
    color,
  }: { x: (atMs: number) => number; bottom: number; width: number; color: (name: string) => string },
): void {
  for (const { openedAtMs, endedAtMs } of marks) {
    const endMs = endedAtMs ?? toMs;
    if (endMs < fromMs || openedAtMs > toMs) continue;
    const from = Math.max(0, x(openedAtMs));
    const to = Math.min(width, x(endMs));
    context.fillStyle = `rgb(${color('fault')} / 11%)`;
    context.fillRect(from, 0, Math.max(1.5, to - from), bottom);
    context.fillStyle = `rgb(${color('fault')})`;
    context.fillRect(from, 0, Math.max(1.5, to - from), 2);
    if (endedAtMs === undefined) continue;
    context.strokeStyle = color('well');
    context.setLineDash([3, 3]);
    line(context, to, 0, to, bottom);
    context.setLineDash([]);
    context.fillStyle = color('well');
    const text = isWide ? '✓ healed' : '✓';
    const w = context.measureText(text).width;
    context.fillText(text, to + 5 + w > width ? to - w - 5 : to + 5, 11);
  }
}
