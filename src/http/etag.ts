// Entity tags (RFC 9110, 8.8.3) and lists of them.

/** An entity tag as it is written: `"abc"` or `W/"abc"`. */
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"$/;

/** Whether the text is one entity tag. */
export function isEntityTag(text: string): boolean {
  return ENTITY_TAG.test(text);
}

/** RFC 9110, 8.8.3.2: equal, and neither is weak. */
export function strongMatch(a: string, b: string): boolean {
  return a === b && !a.startsWith('W/');
}

/** RFC 9110, 8.8.3.2: equal apart from being weak. */
export function weakMatch(a: string, b: string): boolean {
  return opaque(a) === opaque(b);
}

/** The members of If-Match or If-None-Match: `*`, or entity tags; what is neither is left out. */
export function parseEntityTags(field: string): '*' | string[] {
  const text = field.trim();
  if (text === '*') return '*';
  return text.match(/(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"/g) ?? [];
}

function opaque(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}
