// What the client reads of a request of undici's dispatchers, and what it adds.
import { CRITICALITIES, type Criticality } from '../../core/criticality.ts';
import type { DispatchOptions } from '../../core/dispatch-shapes.ts';
import type { GivenTerms } from '../terms.ts';

/** Names and values, as undici takes them: an object, pairs, or a flat list. */
export function pairsOf(headers: unknown): [name: string, value: unknown][] {
  if (headers === undefined || headers === null) return [];
  if (Array.isArray(headers) && !Array.isArray(headers[0])) {
    const pairs: [string, unknown][] = [];
    for (let i = 0; i + 1 < headers.length; i += 2) pairs.push([String(headers[i]), headers[i + 1]]);
    return pairs;
  }
  const isIterable = typeof (headers as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
  return isIterable ? [...(headers as Iterable<[string, unknown]>)] : Object.entries(headers);
}

/** A flat list with these fields in place of those of the same name. */
export function withFields(
  pairs: readonly (readonly [name: string, value: unknown])[],
  fields: readonly (readonly [name: string, value: string])[],
): unknown[] {
  const names = new Set(fields.map(([name]) => name));
  return [...pairs.filter(([name]) => !names.has(name.toLowerCase())), ...fields].flat(1);
}

/** Class and deadline, from the fields that carry them. What is neither says nothing. */
export function givenTerms(pairs: readonly (readonly [name: string, value: unknown])[]): GivenTerms {
  const field = (wanted: string): string | undefined => {
    const value = pairs.find(([name]) => name.toLowerCase() === wanted)?.[1];
    return typeof value === 'string' ? value : undefined;
  };
  const deadline = field('respite-deadline-ms');
  const criticality = field('respite-criticality');
  return {
    deadlineMs: deadline !== undefined && /^\d{1,10}$/.test(deadline) ? Number(deadline) : undefined,
    criticality: CRITICALITIES.find((each): each is Criticality => each === criticality),
  };
}

/** Whether a body can be sent again: bytes can, streams and iterators cannot. */
export function hasRepeatableBody({ body }: DispatchOptions): boolean {
  return (body ?? null) === null || typeof body === 'string' || ArrayBuffer.isView(body);
}

/** Origin of the request, if it is one that the client can judge: neither a tunnel nor an upgrade. */
export function originOf({ origin, method, upgrade }: DispatchOptions): string | undefined {
  if (method === 'CONNECT' || (upgrade ?? false) !== false || origin === undefined) return undefined;
  const url = URL.parse(String(origin));
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.origin : undefined;
}
