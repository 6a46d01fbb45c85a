// Installs what the chosen servers need, from the lockfile, and builds those that have a build. Both only when something changed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LOCKFILE } from './lockfile.ts';
import { folderOf, program, type Server, SUITE } from './server.ts';

/** Records of what is installed and built, in the folder that `npm ci` empties, so that they go with it. */
const RECORDS = path.join(SUITE, 'node_modules/.respite');

interface Installed {
  readonly lockfile: string;
  readonly folders: readonly string[];
}

export async function install(servers: readonly Server[]): Promise<void> {
  const record = path.join(RECORDS, 'installed.json');
  const present = read(record) as Installed | undefined;
  const lockfile = hashOf([LOCKFILE]);
  const wanted = servers.map(({ folder }) => folder);
  if (present?.lockfile === lockfile && wanted.every((folder) => present.folders.includes(folder))) return;
  // `npm ci` begins with an empty folder: what other runs have installed is installed again.
  const before = present?.folders.filter((folder) => existsSync(folderOf({ folder }))) ?? [];
  const folders = [...new Set([...before, ...wanted])].toSorted();
  console.log(`installs ${folders.length} projects into test/compatibility/servers, from its lockfile`);
  const workspaces = folders.map((folder) => `--workspace=projects/${folder}`);
  await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', ...workspaces], SUITE);
  write(record, { lockfile, folders });
}

export async function build(server: Server): Promise<void> {
  if (server.build === undefined) return;
  const [name = '', ...args] = server.build;
  const record = path.join(RECORDS, `built-${server.folder}.json`);
  const wanted = {
    sources: hashOf([LOCKFILE, ...sourcesOf(folderOf(server))]),
    args,
  };
  if (JSON.stringify(read(record)) === JSON.stringify(wanted)) return;
  console.log(`builds ${server.name}: ${server.build.join(' ')}`);
  await run(process.execPath, [program(folderOf(server), name), ...args], folderOf(server));
  write(record, wanted);
}

/** Without what a build makes. */
function sourcesOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (/^(?:\.|node_modules$|dist$|build$)/.test(entry.name)) return [];
    return entry.isDirectory() ? sourcesOf(file) : [file];
  });
}

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

function read(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function write(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const env = { ...process.env, NODE_ENV: '', NEXT_TELEMETRY_DISABLED: '1', ASTRO_TELEMETRY_DISABLED: '1' };
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
}
