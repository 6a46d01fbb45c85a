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
export function givenTerms(headers: unknown): GivenTerms {
  const deadline = fieldOf(headers, 'respite-deadline-ms');
  const criticality = fieldOf(headers, 'respite-criticality');
  if (deadline === undefined && criticality === undefined) return NOTHING_GIVEN;
  return {
    deadlineMs: typeof deadline === 'string' && /^\d{1,10}$/.test(deadline) ? Number(deadline) : undefined,
    criticality: CRITICALITIES.find((each): each is Criticality => each === criticality),
  };
}

const NOTHING_GIVEN: GivenTerms = Object.freeze({});

/** A field of a request. @param wanted In lower case. */
export function fieldOf(headers: unknown, wanted: string): unknown {
  if (headers === undefined || headers === null) return undefined;
  if (isPlainObject(headers)) return valueIn(headers, wanted);
  return pairsOf(headers).find(([name]) => isNamed(name, wanted))?.[1];
}

/** What most callers pass: read without a copy, as this happens for each call. */
function isPlainObject(headers: unknown): headers is Readonly<Record<string, unknown>> {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return false;
  return typeof (headers as Partial<Iterable<unknown>>)[Symbol.iterator] !== 'function';
}

function valueIn(headers: Readonly<Record<string, unknown>>, wanted: string): unknown {
  for (const name of Object.keys(headers)) if (isNamed(name, wanted)) return headers[name];
  return undefined;
}

function isNamed(name: string, wanted: string): boolean {
  return name.length === wanted.length && name.toLowerCase() === wanted;
}

/** Whether a body can be sent again: bytes can, streams and iterators cannot. */
export function hasRepeatableBody({ body }: DispatchOptions): boolean {
  return (body ?? null) === null || typeof body === 'string' || ArrayBuffer.isView(body);
}

/** The client cannot judge tunnels and upgrades. */
export function isJudged({ method, upgrade }: DispatchOptions): boolean {
  return method !== 'CONNECT' && (upgrade ?? false) === false;
}

export function originOf({ origin }: DispatchOptions): string | undefined {
  if (origin === undefined) return undefined;
  const url = URL.parse(String(origin));
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.origin : undefined;
}
