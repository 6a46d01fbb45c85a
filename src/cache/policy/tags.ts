// Names by which responses are invalidated together: tags of this cache's user, and groups of the origin (RFC 9875).
import { splitList } from '../../http/directives.ts';
import type { Fields } from '../../http/fields.ts';
import { parseStrings } from '../../http/structured.ts';

/** RFC 9875, 2.1: caches must take at least 32 groups of at least 32 characters; more are left out. */
const TAG_LIMIT = 64;
const TAG_LENGTH_LIMIT = 256;

/** The name of a tag in the store. */
export function tagName(tag: string): string {
  return `tag ${tag}`;
}

/** The name of an origin's group in the store: groups of different origins have nothing to do with each other. */
export function groupName(origin: string, group: string): string {
  return `group ${origin} ${group}`;
}

/** Tags and groups of a response. A Cache-Groups field that can't be parsed names none. */
export function tagsOf(fields: Fields, origin: string, tagField: string): readonly string[] {
  const tags = fields[tagField];
  const groups = fields['cache-groups'];
  if (tags === undefined && groups === undefined) return NO_TAGS;
  const names = new Set<string>();
  for (const tag of splitList(tags ?? '')) names.add(tagName(tag));
  for (const group of parseStrings(groups ?? '') ?? NO_TAGS) names.add(groupName(origin, group));
  return [...names].filter((name) => name.length <= TAG_LENGTH_LIMIT + origin.length).slice(0, TAG_LIMIT);
}

const NO_TAGS: readonly string[] = Object.freeze([]);

/** Groups that a response to an unsafe request invalidates (RFC 9875, 3). */
export function invalidatedGroups(fields: Fields, origin: string): readonly string[] {
  const field = fields['cache-group-invalidation'];
  if (field === undefined) return NO_TAGS;
  return (parseStrings(field) ?? NO_TAGS).slice(0, TAG_LIMIT).map((group) => groupName(origin, group));
}
