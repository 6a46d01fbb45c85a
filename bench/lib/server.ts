// A server of bench/servers, bare or under `respite run` as a user types it.
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { HeadroomStatus } from '../../src/supervisor/instance/headroom/index.ts';
import type { Side } from './benchmark.ts';
import { onServerCore } from './pinning.ts';
import { end, start } from './processes.ts';
import { until } from './until.ts';

export const repository: string = path.resolve(import.meta.dirname, '../..');

/** A configuration in which every rolling restart is over at once, for benchmarks of what gets lost when workers change. */
export const WITHOUT_TRIAL: string = path.join(import.meta.dirname, 'without-trial.json');

const COMMAND = path.join(repository, 'dist/cli/bin.js');

/** As much of a process's output as is kept for error messages and for what we look for in it. */
const KEPT_CHARACTERS = 16 * 1024;

export interface ServerOptions {
  /** Options of `respite run`. */
  readonly options?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** The part of `GET /status` that benchmarks look at. */
export interface Status {
  readonly workersWanted: number;
  readonly workers: readonly { readonly pid: number; readonly state: string }[];
  readonly restarts: { readonly rolling: number; readonly 'event-loop-blocked': number };
  readonly quarantine: { readonly entries: readonly unknown[] };
  readonly restarting: boolean;
  readonly headroom?: HeadroomStatus;
}

/** The command line that runs a script of bench/servers on this side. */
export function commandLine(side: Side, script: string, options: readonly string[] = []): readonly string[] {
  const file = path.join(repository, 'bench/servers', script);
  if (side === 'bare') return [process.execPath, file];
  return [process.execPath, COMMAND, 'run', '--management', '127.0.0.1:0', ...options, file];
}

export class Server {
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  constructor(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = start(command, { env });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout = (this.#stdout + text).slice(-KEPT_CHARACTERS);
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_CHARACTERS);
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the server did not start');
    return this.#child.pid;
  }

  /** The last of what it wrote to standard output. */
  get stdout(): string {
    return this.#stdout;
  }

  /** Waits for a text on one of its outputs and returns the first group. */
  async says(pattern: RegExp, everyMs: number = 10): Promise<string> {
    return until(
      `${String(pattern)} from a server`,
      () => {
        const found = (pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr))?.[1];
        if (found === undefined && this.#child.exitCode !== null) {
          throw new Error(`a server ended with exit code ${this.#child.exitCode}:\n${this.#stderr}`);
        }
        return found;
      },
      { everyMs },
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<void> {
    await end(this.#child);
  }
}

/** A server that has said where it listens. */
export interface Listening {
  readonly server: Server;
  readonly port: number;
}

export async function listen(
  side: Side,
  script: string,
  { options, env }: ServerOptions = {},
): Promise<Listening> {
  const server = new Server(onServerCore(commandLine(side, script, options)), env);
  return { server, port: Number(await server.says(/^listening (\d+)$/m)) };
}
