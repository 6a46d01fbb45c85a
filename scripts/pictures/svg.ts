// Pictures for the guides, from what the tools write: a chart of an HTML report as a file of its own, and the text of a terminal.

const FONT = `text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; font-size: 11px; fill: var(--faint, #555); }
.caption { fill: var(--text, #555); font-size: 13px; font-weight: 600; }
.note { font-size: 10px; font-weight: 400; }
.name { fill: currentColor; stroke: none; font-size: 12px; }`;
const MARGIN = 14;
const CAPTION = 34;
const KEY = 24;
/** Width of a letter of the key and of a label, about. */
const LETTER = 7.5;
const LABEL_LETTER = 6.5;
const PLOT = { width: 640, height: 200 };
const BELOW_PLOT = 18;

/** The chart whose label begins so, with its caption, labels and key inside. Throws when the report has none. */
export function chartOf(report: string, label: string): string {
  const [, style = ''] = /<style>([^]*?)<\/style>/.exec(report) ?? [];
  for (const [, figure = ''] of report.matchAll(/<figure class="chart">([^]*?)<\/figure>/g)) {
    const drawn = /<svg viewBox="([^"]*)"[^>]*aria-label="([^"]*)"[^>]*>([^]*?)<\/svg>/.exec(figure);
    const [, viewBox = '', caption = '', drawing = ''] = drawn ?? [];
    if (drawn === null || !caption.startsWith(label)) continue;
    const below = ticksOf(figure, 'x', 'left');
    const beside = ticksOf(figure, 'y', 'top');
    const left = MARGIN + Math.ceil(LABEL_LETTER * Math.max(0, ...beside.map(({ text }) => text.length)));
    const bottom = CAPTION + PLOT.height;
    const names = [...figure.matchAll(/<li class="([^"]*)">([^<]*)<\/li>/g)].map(
      ([, color = '', name = '']) => ({ color, name }),
    );
    return standalone({
      width: left + PLOT.width + 2 * MARGIN,
      height: bottom + BELOW_PLOT + (names.length === 0 ? MARGIN : KEY),
      label: caption,
      style: `${style}\n${FONT}`,
      content: `${captionOf(caption)}
<svg class="plot" x="${left}" y="${CAPTION}" width="${PLOT.width}" height="${PLOT.height}" viewBox="${viewBox}" preserveAspectRatio="none" overflow="visible">${drawing}</svg>
${beside.map(({ at, text }) => `<text x="${left - 6}" y="${CAPTION + at * PLOT.height + 4}" text-anchor="end">${text}</text>`).join('\n')}
${below.map(({ at, text }) => `<text x="${left + at * PLOT.width}" y="${bottom + 14}" text-anchor="middle">${text}</text>`).join('\n')}
${keyOf(names, bottom + BELOW_PLOT + 14)}`,
    });
  }
  throw new Error(`the report has no chart '${label}'`);
}

/** The labels of one side of a chart, and where they are: from 0, left or top, to 1. */
function ticksOf(
  figure: string,
  side: 'x' | 'y',
  property: 'left' | 'top',
): { readonly at: number; readonly text: string }[] {
  const [, list = ''] = new RegExp(`<ol class="${side}"[^>]*>([^]*?)</ol>`).exec(figure) ?? [];
  return [...list.matchAll(new RegExp(`<li style="${property}: ([\\d.]+)%[^"]*">([^<]*)</li>`, 'g'))].map(
    ([, percent = '', text = '']) => ({ at: Number(percent) / 100, text }),
  );
}

const LINE = 18;
const COLUMN = 7.25;

/** What a command has written, as a terminal shows it. */
export function terminalOf(command: string, output: string): string {
  const lines = [`$ ${command}`, '', ...output.trimEnd().split('\n')];
  const columns = Math.max(...lines.map((line) => line.length));
  return standalone({
    width: Math.ceil(columns * COLUMN) + 2 * MARGIN,
    height: lines.length * LINE + 2 * MARGIN,
    label: `${command}: ${lines[2] ?? ''}`.replaceAll('"', '&quot;'),
    style: `:root { color-scheme: light dark; --ground: #fbfaf8; --text: #1d1b18; }
@media (prefers-color-scheme: dark) { :root { --ground: #151614; --text: #edeae4; } }
text { fill: var(--text); font: 12px/1.5 ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre; }`,
    content: lines
      .map(
        (line, i) =>
          `<text x="${MARGIN}" y="${MARGIN + (i + 0.75) * LINE}" xml:space="preserve">${escaped(line)}</text>`,
      )
      .join('\n'),
  });
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly label: string;
  readonly style: string;
  readonly content: string;
}

function standalone({ width, height, label, style, content }: Picture): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">
<style>${style}</style>
<rect width="${width}" height="${height}" style="fill: var(--ground, Canvas)" rx="8" />
${content.replaceAll(/\n\s+/g, '\n')}
</svg>
`;
}

/** Letters that fit into a line of a caption, about. */
const CAPTION_LETTERS = 85;

/** What follows a semicolon is smaller print, where the whole would be too long. */
function captionOf(text: string): string {
  const [main = '', ...rest] = text.length > CAPTION_LETTERS ? text.split('; ') : [text];
  const more = rest.length === 0 ? '' : `<tspan class="note" dx="8">${rest.join('; ')}</tspan>`;
  return `<text class="caption" x="${MARGIN}" y="20">${main}${more}</text>`;
}

function keyOf(names: readonly { readonly color: string; readonly name: string }[], y: number): string {
  let x = MARGIN;
  return names
    .map(({ color, name }) => {
      const text = `<text class="name ${color}" x="${x}" y="${y}">■ ${name}</text>`;
      x += Math.round((name.length + 4) * LETTER);
      return text;
    })
    .join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
