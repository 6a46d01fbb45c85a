// `respite tune` as a user runs it.
import path from 'node:path';
import type { TuneReport } from '../../src/load/tune/index.ts';
import { isPinned, LOAD_CORE, SERVER_CORE } from '../lib/pinning.ts';
import { end, start } from '../lib/processes.ts';
import { repository } from '../lib/server.ts';

/** The command gets both cores, since it pins itself and the server. @param script Of bench/servers. */
export async function tuneReport(
  script: string,
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<TuneReport> {
  const file = path.join(repository, 'bench/servers', script);
  const bin = path.join(repository, 'dist/cli/bin.js');
  const command = [process.execPath, bin, 'tune', '--json', ...options, file];
  const onBoth = ['taskset', '-c', `${SERVER_CORE},${LOAD_CORE}`, ...command];
  const child = start(isPinned() ? onBoth : command, { env });
  let output = '';
  let complaints = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  await new Promise((resolve) => child.once('close', resolve));
  await end(child);
  // It exits with 1 where there is no answer, and has a report all the same.
  if (output === '') throw new Error(`respite tune ${script} failed:\n${complaints}`);
  return JSON.parse(output) as TuneReport;
}
