import type { DispatchHeaders } from '../../../core/dispatch-shapes.ts';
import type { RawHeaders } from './legacy-shapes.ts';

/** Names in lower case; a field that occurs several times is a list. */
export function parseRawHeaders(raw: RawHeaders): DispatchHeaders {
  const headers: Record<string, string | string[] | undefined> = Object.create(null) as never;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = String(raw[i]).toLowerCase();
    const values = textsOf(raw[i + 1]);
    const known = headers[name];
    const all = known === undefined ? values : [known, values].flat();
    headers[name] = all.length === 1 ? all[0] : all;
  }
  return headers;
}

function textsOf(value: RawHeaders[number] | undefined): string[] {
  if (value === undefined) return [];
  return Buffer.isBuffer(value)
    ? [value.toString('latin1')]
    : (value as readonly Buffer[]).map((each) => each.toString('latin1'));
}

/** The reverse, for responses that come without their bytes. */
export function toRawHeaders(headers: DispatchHeaders): RawHeaders {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const values = typeof value === 'string' ? [value] : value;
    return values.flatMap((each) => [Buffer.from(name, 'latin1'), Buffer.from(each, 'latin1')]);
  });
}
