// Pages that scripts write are formatted as `npm run format` formats them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { format, type FormatConfig } from 'oxfmt';

const repository = path.resolve(import.meta.dirname, '../..');

export async function formatPage(file: string, text: string): Promise<string> {
  const { code, errors } = await format(file, text, settings());
  if (errors.length > 0) throw new Error(`${file} can't be formatted: ${JSON.stringify(errors)}`);
  return code;
}

function settings(): FormatConfig {
  const all = JSON.parse(readFileSync(path.join(repository, '.oxfmtrc.json'), 'utf8')) as object;
  // What only the command understands.
  const entries = Object.entries(all).filter(([name]) => !['$schema', 'ignorePatterns'].includes(name));
  return Object.fromEntries(entries);
}
