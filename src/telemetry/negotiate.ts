// Which format a scraper wants (RFC 9110, section 12.5.1).
import type { Format } from './exposition.ts';

export const CONTENT_TYPES: Readonly<Record<Format, string>> = Object.freeze({
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
});

const OPENMETRICS = 'application/openmetrics-text';

/** Versions of OpenMetrics that 1.0.0 is an answer to; Prometheus before 2.50 asks for 0.0.1 too. */
const VERSIONS: ReadonlySet<string | undefined> = new Set([undefined, '1.0.0', '0.0.1']);

/** OpenMetrics when it is asked for by name, and not liked less than text. Anything else gets what everybody reads. */
export function chooseFormat(accept: string | undefined): Format {
  let openmetrics = 0;
  let text: number | undefined;
  let any = 0;
  for (const range of (accept ?? '').split(',')) {
    const { type, quality, version } = parseRange(range);
    if (type === OPENMETRICS && VERSIONS.has(version)) openmetrics = Math.max(openmetrics, quality);
    else if (type === 'text/plain') text = Math.max(text ?? 0, quality);
    else if (type === '*/*' || type === 'text/*') any = Math.max(any, quality);
  }
  return openmetrics > 0 && openmetrics >= (text ?? any) ? 'openmetrics' : 'prometheus';
}

function parseRange(range: string): { type: string; quality: number; version: string | undefined } {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  let quality = 1;
  let version: string | undefined;
  for (const parameter of parameters) {
    const [name, value = ''] = parameter.split('=', 2).map((part) => part.trim());
    if (name === 'q') quality = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : 0;
    else if (name === 'version') version = value.replaceAll('"', '');
  }
  return { type, quality, version };
}
