// One `respite run`, from its start to its end, of which nothing stays.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** As much of its output as is kept, in characters, to say why it did not start. */
const KEPT = 4096;

/** What a stop consists of. A second SIGINT means "at once". */
const STOPPING = [
  ['SIGINT', 4000],
  ['SIGINT', 2000],
  ['SIGKILL', 2000],
] as const;

export class ServerProcess {
  readonly #child: ChildProcess;
  #output = '';

  constructor([command = '', ...args]: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
    // A session of its own: Ctrl-C at the terminal is for this process, which then ends the server.
    this.#child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT);
      });
    }
    // A process that could not be started has no process id: `hasEnded` is true.
    this.#child.on('error', () => {});
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined;
  }

  /** The last of what it wrote, without what would be a command to a terminal. */
  get output(): string {
    return this.#output.trim().replaceAll(/[^\P{C}\n\t]/gu, '\uFFFD');
  }

  async stop(): Promise<void> {
    for (const [signal, graceMs] of STOPPING) {
      if (this.hasEnded) return;
      const exited = once(this.#child, 'exit');
      this.#child.kill(signal);
      await Promise.race([exited, delay(graceMs, undefined, { ref: false })]);
    }
  }

  /** For the end of this process, which waits for nothing. Workers end when they lose their supervisor. */
  kill(): void {
    if (!this.hasEnded) this.#child.kill('SIGKILL');
  }
}
