// Processes that a comparison starts: each leads a group of its own, and is ended with everything that it started.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { RespiteError } from '../../../core/errors.ts';
import { killGroupOf, killProcessGroup } from '../../../core/process-group.ts';
import type { Keeper } from './keeper.ts';
import { parents, treeOf } from './process-tree.ts';

export interface StartOptions {
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly keeper: Keeper;
}

/** How much of what a process writes is kept for error messages. */
const KEPT_CHARACTERS = 4096;

/** Time for a process to end by itself after SIGTERM, in milliseconds. */
const GRACE_MS = 3000;

export class OwnProcess {
  readonly pid: number;
  /** Resolves with what it ended with: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #output = '';

  private constructor(child: ChildProcess, pid: number, keeper: Keeper) {
    this.#child = child;
    this.pid = pid;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_CHARACTERS);
      });
    }
    const exited = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
    this.ended = exited.then(([code, signal]) => {
      keeper.forget(pid);
      return code === null ? String(signal) : `exit code ${code}`;
    });
  }

  /**
   * Both versions are started alike, with sessions of their own: Linux shares out the processor by session (autogroup), so that one in
   * the load generator's session would fare otherwise.
   */
  static async start(
    commandLine: readonly string[],
    { directory, env, keeper }: StartOptions,
  ): Promise<OwnProcess> {
    const [command = '', ...args] = commandLine;
    const child = spawn(command, args, {
      cwd: directory,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    await once(child, 'spawn').catch((error: unknown) => {
      throw new RespiteError('RESPITE_LOAD_VERSION', `cannot start ${command}: ${String(error)}`, {
        cause: error,
      });
    });
    const { pid } = child;
    if (pid === undefined) throw new Error(`${command} has no process id`);
    keeper.watch(pid);
    return new OwnProcess(child, pid, keeper);
  }

  /** The last lines that it wrote. */
  get lastLines(): string {
    return this.#output.trim().split('\n').slice(-20).join('\n');
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Ends it and everything that it started, with SIGTERM first. */
  async stop(): Promise<void> {
    const tree = treeOf(this.pid, parents());
    if (!this.hasEnded) {
      this.#child.kill('SIGTERM');
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, GRACE_MS);
      await Promise.race([this.ended, late]);
      clearTimeout(timer);
    }
    // Also what had a group of its own; their numbers are new enough not to be another process's.
    for (const pid of tree) if (pid !== this.pid) killProcessGroup(pid);
    if (this.hasEnded) killGroupOf(this.pid);
    else killProcessGroup(this.pid);
    await this.ended;
  }
}
