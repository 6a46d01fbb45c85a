// Values of route parameters, as typed. Throws usage errors that name the flag and what it takes.
import type { Parameters, ParameterValues } from '../../load/index.ts';
import { usageError } from '../usage.ts';

const PARAMETER = /^([A-Za-z_$][\w$]*|\*)=(.+)$/s;
const RANGE = /^(\d{1,15})\.\.(\d{1,15})$/;

/** @param texts `id=1..1000`, `name=ann,bob` or `id=@ids.txt` with a value on each line. @param read Reads such a file. */
export function parametersOf(texts: readonly string[], read: (file: string) => Uint8Array): Parameters {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, values = ''] = PARAMETER.exec(text) ?? [];
      if (name === undefined)
        throw usageError(
          `--param takes a name and values, such as id=1..1000, name=ann,bob or id=@ids.txt, got ${JSON.stringify(text)}`,
        );
      return [name, valuesOf(name, values, read)];
    }),
  );
}

function valuesOf(name: string, text: string, read: (file: string) => Uint8Array): ParameterValues {
  const [, from, to] = RANGE.exec(text) ?? [];
  if (from !== undefined && to !== undefined) {
    if (Number(from) <= Number(to)) return { from: Number(from), to: Number(to) };
    throw usageError(`--param ${name}: the range ${text} is empty`);
  }
  const values = text.startsWith('@') ? linesOf(name, text.slice(1), read) : text.split(',');
  const found = values.filter((value) => value !== '');
  if (found.length === 0) throw usageError(`--param ${name}: there is no value in ${text}`);
  return found;
}

function linesOf(name: string, file: string, read: (file: string) => Uint8Array): readonly string[] {
  try {
    return Buffer.from(read(file)).toString().split(/\r?\n/);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw usageError(`--param ${name}: cannot read ${file}: ${code}`, error);
  }
}
