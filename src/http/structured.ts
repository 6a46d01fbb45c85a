// What is needed of Structured Fields (RFC 9651): dictionaries for targeted Cache-Control, lists of strings for groups.

/** A bare item: an Integer or Decimal as number; String, Token and Byte Sequence as text; a Boolean. */
export type BareItem = number | string | boolean;

const KEY = /[a-z*][a-z0-9_\-.*]*/y;
const NUMBER = /-?\d{1,15}(?:\.\d{1,3})?/y;
const STRING = /"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
const TOKEN = /[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y;
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y;
const BOOLEAN = /\?([01])/y;
const COMMA = /[ \t]*,[ \t]*/y;
const SPACES = / */y;

class Reader {
  position = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get ended(): boolean {
    return this.position >= this.#text.length;
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.position = pattern.lastIndex;
    return match;
  }

  eat(char: string): boolean {
    if (this.#text[this.position] !== char) return false;
    this.position += 1;
    return true;
  }

  item(): BareItem | undefined {
    const string = this.take(STRING);
    if (string !== undefined) return (string[1] ?? '').replaceAll(/\\(.)/g, '$1');
    const number = this.take(NUMBER);
    if (number !== undefined) return Number(number[0]);
    const flag = this.take(BOOLEAN);
    if (flag !== undefined) return flag[1] === '1';
    return this.take(BYTES)?.[1] ?? this.take(TOKEN)?.[0];
  }

  /** Parameters are checked and left out. */
  parameters(): boolean {
    while (this.eat(';')) {
      this.take(SPACES);
      if (this.take(KEY) === undefined) return false;
      if (this.eat('=') && this.item() === undefined) return false;
    }
    return true;
  }
}

/** A Dictionary of items; undefined if any of it can't be parsed, as RFC 9651, 4.2, wants. Inner lists are not read. */
export function parseDictionary(field: string): ReadonlyMap<string, BareItem> | undefined {
  const reader = new Reader(field.trim());
  const found = new Map<string, BareItem>();
  while (!reader.ended) {
    const key = reader.take(KEY)?.[0];
    if (key === undefined) return undefined;
    const value = reader.eat('=') ? reader.item() : true;
    if (value === undefined || !reader.parameters()) return undefined;
    found.set(key, value);
    if (reader.ended) break;
    if (reader.take(COMMA) === undefined || reader.ended) return undefined;
  }
  return found;
}

/** The Strings of a List; undefined if any of it can't be parsed or is something else. */
export function parseStrings(field: string): readonly string[] | undefined {
  const reader = new Reader(field.trim());
  const found: string[] = [];
  while (!reader.ended) {
    const string = reader.take(STRING);
    if (string === undefined || !reader.parameters()) return undefined;
    found.push((string[1] ?? '').replaceAll(/\\(.)/g, '$1'));
    if (reader.ended) break;
    if (reader.take(COMMA) === undefined || reader.ended) return undefined;
  }
  return found;
}
