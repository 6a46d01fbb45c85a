// Starts a server in its folder, as its user does: without Respite, and with `respite run` before it.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { kill, RunningProcess, temporaryDirectory } from '../../../harness/process.ts';
import { bin, REFUSES_NOTHING, RunningRespite } from '../../../harness/respite.ts';
import { until } from '../../../harness/until.ts';
import type { Address } from './exchange.ts';
import { directoryOf, folderOf, program, type Server, type WorkerCount } from './server.ts';

/** Environment variable that all processes of a server inherit. */
const MARK = 'RESPITE_COMPATIBILITY_RUN';

/** The supervisor kills a worker that does not leave 15 s after a signal. */
const STOPS_WITHIN_MS = 60_000;

/** A new version is not judged: that takes 20 s and compares two copies of the same. Starts on a busy machine are slow. */
const CONFIG = {
  admission: REFUSES_NOTHING,
  supervisor: { trialMs: 0, deployTimeoutMs: 120_000, startTimeoutMs: 120_000 },
};

/** A running server and everything that it has started. */
export class Started<P extends RunningProcess = RunningProcess> {
  readonly process: P;
  readonly address: Address;
  readonly #mark: string;

  constructor(running: P, address: Address, mark: string) {
    this.process = running;
    this.address = address;
    this.#mark = mark;
  }

  /** Processes of this server that run, the first one among them. */
  async processes(): Promise<readonly number[]> {
    const entries = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const environments = await Promise.all(
      entries.map((pid) => readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')),
    );
    return entries.map(Number).filter((_, index) => environments[index]?.includes(`${MARK}=${this.#mark}`));
  }

  /** Ends all of it, whatever it takes. */
  async end(): Promise<void> {
    for (const pid of await this.processes()) kill(pid, 'SIGTERM');
    await this.ended().catch(() => {});
    for (const pid of await this.processes()) kill(pid);
    await until('all processes to end', async () => (await this.processes()).length === 0);
  }

  async ended(): ReturnType<RunningProcess['ended']> {
    return this.process.ended(STOPS_WITHIN_MS);
  }
}

/** The server by itself. */
export function startBare(server: Server, port: number): Started {
  const { address, args, options } = prepared(server, port);
  const [command = '', ...rest] = bareCommand(server, args);
  // pnpm has shell scripts where npm has links.
  const node = isShellScript(command) ? '/bin/sh' : undefined;
  const running = new RunningProcess([command, ...rest], directoryOf(server), { ...options, node });
  return new Started(running, address, options.env[MARK] ?? '');
}

/** The same with `respite run` before it. */
export function startRespite(server: Server, port: number, workers: WorkerCount): Started<RunningRespite> {
  const { address, args, options } = prepared(server, port);
  const own = temporaryDirectory();
  const config = path.join(own, 'respite.config.json');
  writeFileSync(config, JSON.stringify(CONFIG));
  const respite =
    server.startedBy === undefined ? [bin] : [program(folderOf(server), server.startedBy), 'respite'];
  const command = [
    ...respite,
    'run',
    '--management',
    '127.0.0.1:0',
    `--workers=${workers}`,
    `--config=${config}`,
    `--incidents=${path.join(own, 'incidents')}`,
    ...args,
  ];
  const running = new RunningRespite(command, directoryOf(server), options);
  return new Started(running, address, options.env[MARK] ?? '');
}

interface Prepared {
  readonly address: Address;
  readonly args: readonly string[];
  readonly options: { readonly env: NodeJS.ProcessEnv };
}

function prepared({ start, env = {}, host = '127.0.0.1' }: Server, port: number): Prepared {
  const withPort = (text: string): string => text.replaceAll('{port}', String(port));
  const own = Object.entries(env).map(([name, value]) => [name, withPort(value)]);
  return {
    address: { host, port },
    args: start.map(withPort),
    options: { env: { [MARK]: randomUUID(), ...Object.fromEntries(own) } },
  };
}

/** As its user starts it without Respite: by npm, by the package manager, by node, or by the program of a package. */
function bareCommand(server: Server, args: readonly string[]): readonly string[] {
  const [first, ...rest] = args;
  if (first === undefined) return [npmCli(), 'start'];
  if (server.startedBy !== undefined) return [program(folderOf(server), server.startedBy), 'node', ...args];
  const script = path.join(directoryOf(server), first);
  return [existsSync(script) ? script : program(directoryOf(server), first), ...rest];
}

function isShellScript(file: string): boolean {
  return existsSync(file) && statSync(file).isFile() && readFileSync(file, 'latin1').startsWith('#!/bin/sh');
}

/** The file of the npm that has started this. */
function npmCli(): string {
  const file = process.env['npm_execpath'];
  if (file === undefined) throw new Error('start the suite with npm run test:compat');
  return file;
}

/** A port that no program listens on. The same for all runs of a server, since some write it into their responses. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
