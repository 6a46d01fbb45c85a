/** `?token=…&user=…` in a URL or path. */
const QUERY: RegExp = /\?[^\s"'<>)]*=[^\s"'<>)]*/gu;
/** `postgres://user:password@host` */
const CREDENTIALS: RegExp = /(\w:\/\/)[^\s/@]*@/gu;
/** `Bearer …`, `Basic …` */
const AUTHORIZATION: RegExp = /\b(Bearer|Basic)\s+[\w.~+/=-]+/giu;

/** An error message on one line, without the places where secrets usually are. */
export function scrub(message: string): string {
  return message
    .replaceAll(CREDENTIALS, '$1…@')
    .replaceAll(QUERY, '?…')
    .replaceAll(AUTHORIZATION, '$1 …')
    .replaceAll(/\s*\n\s*/gu, ' ');
}
