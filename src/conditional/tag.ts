// Entity tags that are made of what a handler knows of its resource.
import { createHash } from 'node:crypto';
import { varyFields, varyValues } from '../http/vary.ts';
import type { FieldOf } from '../http/preconditions.ts';

/** Between the version and the variant in a made tag; neither contains it. */
const VARIANT = '~';

/** Tags with a variant, whose version is in the first group. */
const WITH_VARIANT = /("[\w.-]+)~[\w-]+"/g;

/**
 * An entity tag of a time and a version. With a version it is strong: that names one state of the resource. A time alone can name two,
 * so the tag is weak.
 */
export function madeTag(lastModifiedMs: number, version: string | number | undefined): string {
  const time = lastModifiedMs.toString(36);
  if (version === undefined) return `W/"${time}"`;
  const text = String(version);
  // Short and plain ones can be read; the others could be anything.
  return `"${time}-${/^[\w.]{1,32}$/.test(text) ? text : digest(text)}"`;
}

/** What a request says in the fields of Vary. */
export function variantOf(vary: string, field: FieldOf): string {
  const names = varyFields({ vary });
  return digest(varyValues(names, Object.fromEntries(names.map((name) => [name, field(name)])))).slice(0, 11);
}

export function withVariant(tag: string, variant: string): string {
  return variant === '' ? tag : `${tag.slice(0, -1)}${VARIANT}${variant}"`;
}

/** The field, with tags that name no variants any more. */
export function withoutVariants(name: string, field: string | undefined): string | undefined {
  return name === 'if-match' || name === 'if-none-match' ? field?.replaceAll(WITH_VARIANT, '$1"') : field;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
