// JSON that is small and still readable: rows of tables and short objects take one line, and numbers have as many digits as they are worth.

const LINE_LENGTH = 120;

/** Digits of a measured number. The spread of the most exact benchmark is in the third. */
const DIGITS = 4;

export function resultJson(result: object): string {
  return `${written(result, '')}\n`;
}

function written(value: unknown, indent: string): string {
  const line = JSON.stringify(value, round);
  if (typeof value !== 'object' || value === null) return line;
  if (indent.length + line.length <= LINE_LENGTH || isRow(value)) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((each) => `${inner}${written(each, inner)}`).join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const lines = entries.map(([key, each]) => `${inner}${JSON.stringify(key)}: ${written(each, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function isRow(value: object): boolean {
  return Array.isArray(value) && value.every((cell) => typeof cell !== 'object');
}

function round(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
}
