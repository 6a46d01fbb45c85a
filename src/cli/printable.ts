// oxlint-disable no-control-regex -- control characters are what this is about

/**
 * Text for a terminal. What an incident tells has come from outside: a path can hold the control characters that move a cursor, or
 * make a terminal answer.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\u{fffd}');
}

/** At most this many characters, with an ellipsis in the place of the rest. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1))}…`;
}
