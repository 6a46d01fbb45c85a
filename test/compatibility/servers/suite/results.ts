// What was found, and the page of the documentation that is made of it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repository } from '../../../harness/nodes.ts';
import type { Server, WorkerCount } from './server.ts';

export interface Result {
  readonly version: string;
  /** As YYYY-MM-DD. */
  readonly testedOn: string;
  readonly node: string;
  /** Why it does not work with this many workers, as its entry says; undefined when it works. */
  readonly fails: Partial<Readonly<Record<WorkerCount, string>>>;
}

/** By name of the server. */
export type Results = Readonly<Record<string, Result>>;

export const RESULTS: string = path.resolve(import.meta.dirname, '../results.json');
export const PAGE: string = path.join(repository, 'docs/reference/compatibility.md');

export function readResults(): Results {
  return JSON.parse(readFileSync(RESULTS, 'utf8')) as Results;
}

const INTRODUCTION = `# Compatibility

This page lists servers of npm that were tested under \`respite run\`, unchanged, as their users start them. \`npm run test:compat\`
tests them, and writes this page from what it has found.

A server works when all of this holds, with one worker and with two (\`--workers 2\`):

- **Same responses:** status, headers in their order, and body are the same as without Respite. \`Date\`, \`Connection\` and \`Keep-Alive\` are not compared.
- **Counted:** \`/metrics\` counts each request once.
- **Rolling restart:** \`SIGHUP\` under load loses no request, on kept-alive connections and on new ones.
- **Healing:** after \`kill -9\` of a worker only its requests in flight fail, no connection is refused, and a new worker serves. A server that needs
  more than a second to start has responses with 503 of the [fallback responder](../design/fallback-responder.md) meanwhile.
- **End:** \`SIGTERM\` ends it with exit code 0, and no process is left.
`;

const COLUMNS = [
  'server',
  'version',
  '`respite run …`',
  '1 worker',
  '2 workers',
  'tested on',
  'Node.js',
] as const;

/** @param servers In the order of the table. */
export function pageOf(servers: readonly Server[], results: Results): string {
  const tested = servers.flatMap((server) => {
    const result = results[server.name];
    return result === undefined ? [] : [{ server, result }];
  });
  const failures = tested.flatMap(({ server: { name }, result: { fails } }) =>
    [...new Set(Object.values(fails))].map((reason) => `- **${name}:** ${reason}`),
  );
  const notes = tested.flatMap(({ server: { name, note } }) =>
    note === undefined ? [] : [`- **${name}:** ${note}`],
  );
  return [
    INTRODUCTION,
    '## Servers\n',
    ...table([COLUMNS, ...tested.map(({ server, result }) => rowOf(server, result))]),
    ...section('What does not work, and why', failures),
    ...section('Notes', notes),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `## ${title}\n`, ...lines];
}

function rowOf(
  { name, package: from, start }: Server,
  { version, testedOn, node, fails }: Result,
): readonly string[] {
  const command =
    start.length === 0 ? '(`npm start`)' : `\`${start.join(' ').replaceAll('{port}', '8080')}\``;
  const works = (workers: WorkerCount): string => (fails[workers] === undefined ? 'works' : '**no**');
  return [name, `${from} ${version}`, command, works(1), works(2), testedOn, node];
}

/** Cells padded as the formatter of this repository wants them. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = rows.map((row) => line(widths.map((width, column) => (row[column] ?? '').padEnd(width))));
  return [padded[0] ?? '', line(widths.map((width) => '-'.repeat(width))), ...padded.slice(1)];
}
