import type { Labels } from './series.ts';

/** A sample of a scrape. */
export interface Scraped {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

const LINE = /^(?<name>[A-Za-z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Reads the text format of Prometheus. @param wanted Names of metrics; others are left out. */
export function parseScrape(text: string, wanted: ReadonlySet<string>): Scraped[] {
  const samples: Scraped[] = [];
  for (const line of text.split('\n')) {
    const { name, labels = '', value } = LINE.exec(line)?.groups ?? {};
    if (name === undefined || !wanted.has(name)) continue;
    const pairs = [...labels.matchAll(LABEL)].map(([, label = '', quoted = '']) => [label, unescape(quoted)]);
    samples.push({ name, labels: Object.fromEntries(pairs) as Labels, value: Number(value) });
  }
  return samples;
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}
