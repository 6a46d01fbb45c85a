import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

interface Page {
  readonly title: string;
  /** Markup of the body, with `<div id="charts"></div>` where the curves go. */
  readonly body: string;
  /** What the script finds as JSON in the element `run`. */
  readonly data: unknown;
  /** Says what to draw, by `drawCharts` of charts.js. */
  readonly script: URL;
}

/** One HTML file that needs nothing else: no server, no network. */
export async function renderPage({ title, body, data, script }: Page): Promise<string> {
  const require = createRequire(import.meta.url);
  const [chartCode, chartStyle, charts, code, style] = await Promise.all([
    readFile(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8'),
    readFile(require.resolve('uplot/dist/uPlot.min.css'), 'utf8'),
    readFile(new URL('charts.js', import.meta.url), 'utf8'),
    readFile(script, 'utf8'),
    readFile(new URL('page.css', import.meta.url), 'utf8'),
  ]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>${chartStyle}
${style}</style>
</head>
<body>
<main>
${body}
</main>
<script type="application/json" id="run">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script>${chartCode}</script>
<script>${charts}</script>
<script>${code}</script>
</body>
</html>
`;
}

/** A number stays with its unit when the screen is narrow. */
export function figure(text: string): string {
  return escape(text).replaceAll(/(\d|≥|≤|&lt;) (?=\S)/g, '$1&nbsp;');
}

export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
