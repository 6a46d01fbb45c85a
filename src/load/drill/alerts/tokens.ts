// Words of PromQL, as far as the shipped rules use them.

export type Token =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'duration'; readonly ms: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly value: string }
  | { readonly kind: 'sign'; readonly value: string };

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const TOKEN =
  /\s+|#[^\n]*|(?<duration>(?:\d+(?:ms|[smhdw]))+)(?![\w.])|(?<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?<name>[A-Za-z_][\w:]*)|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<sign>=~|!~|!=|==|>=|<=|[-+*/%^(){}[\],<>=:])/y;

/** Throws a `SyntaxError` at what is no PromQL. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined)
      throw new SyntaxError(`cannot read the rule at ${JSON.stringify(text.slice(at, at + 20))}`);
    const { duration, number, name, text: quoted, sign } = groups;
    if (duration !== undefined) tokens.push({ kind: 'duration', ms: durationMs(duration) });
    else if (number !== undefined) tokens.push({ kind: 'number', value: Number(number) });
    else if (name !== undefined) tokens.push({ kind: 'name', value: name });
    else if (quoted !== undefined) tokens.push({ kind: 'text', value: unquote(quoted) });
    else if (sign !== undefined) tokens.push({ kind: 'sign', value: sign });
  }
  return tokens;
}

/** `1h30m`, in ms. */
export function durationMs(text: string): number {
  let ms = 0;
  for (const [, count, unit = ''] of text.matchAll(/(\d+)(ms|[smhdw])/g))
    ms += Number(count) * (UNITS_MS[unit] ?? 0);
  return ms;
}

function unquote(text: string): string {
  return text
    .slice(1, -1)
    .replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}
