// A child process under test: its output, its end, and proof that it leaves nothing running.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { DEADLINE_MS, until, within } from './until.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessOptions {
  readonly node?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** A descriptor that becomes number 3, as systemd hands on a socket. */
  readonly descriptor3?: number | undefined;
  /** Opens an IPC channel, as `child_process.fork` does. */
  readonly ipc?: boolean | undefined;
  /** Working directory; a fresh one by default. Must be this test's own: what runs in it is taken for this process's offspring. */
  readonly dir?: string | undefined;
}

let root: string | undefined;

/** An empty directory. It goes when this test file has run, not with its test: the processes in it end after the test. */
export function temporaryDirectory(): string {
  if (root === undefined) {
    const made = (root = mkdtempSync(path.join(realpathSync(tmpdir()), 'respite-test-')));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  return mkdtempSync(path.join(root, 'dir-'));
}

export class RunningProcess {
  readonly child: ChildProcess;
  readonly dir: string;
  readonly exited: Promise<Exit>;
  exit: Exit | undefined;
  private readonly out: Buffer[] = [];
  private readonly err: Buffer[] = [];

  constructor(args: readonly string[], dir: string, options: ProcessOptions) {
    this.dir = dir;
    const env = { ...process.env, ...options.env };
    delete env['NODE_TEST_CONTEXT'];
    this.child = spawn(options.node ?? process.execPath, args, {
      cwd: dir,
      env,
      stdio: [
        'ignore',
        'pipe',
        'pipe',
        ...(options.descriptor3 === undefined ? [] : [options.descriptor3]),
        ...(options.ipc === true ? ['ipc' as const] : []),
      ],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => this.out.push(chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => this.err.push(chunk));
    // `exit`, not `close`: a worker that outlives its parent would hold the pipes open, which is what some tests look for.
    this.exited = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', (code, signal) => {
        this.exit = { code, signal };
        resolve(this.exit);
      });
    });
    this.exited.catch(() => {});
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the process did not start');
    return this.child.pid;
  }

  get stdout(): string {
    return this.stdoutBytes.toString();
  }

  get stdoutBytes(): Buffer {
    return Buffer.concat(this.out);
  }

  get stderr(): string {
    return Buffer.concat(this.err).toString();
  }

  /** What it said, for failure messages. */
  readonly transcript = (): string =>
    `exit: ${JSON.stringify(this.exit)}\n--- stdout\n${this.stdout.slice(-4000)}\n--- stderr\n${this.stderr.slice(-8000)}`;

  /** Waits for a condition; fails early when the process ends first, unless that is what is waited for. */
  async until<T>(
    what: string,
    ask: () => T | undefined | false | Promise<T | undefined | false>,
    deadlineMs: number = DEADLINE_MS,
    pauseMs?: number,
  ): Promise<T> {
    return until(
      what,
      async () => {
        const { exit } = this;
        const answer = await ask();
        if ((answer === undefined || answer === false) && exit !== undefined) {
          throw new Error(`it ended before ${what}\n${this.transcript()}`);
        }
        return answer;
      },
      this.transcript,
      deadlineMs,
      pauseMs,
    );
  }

  /** The nth port that the script printed, as `listening <port>`; of any worker. */
  async port(nth: number = 0): Promise<number> {
    return this.until('"listening <port>" on stdout', () => this.ports[nth]);
  }

  get ports(): number[] {
    return [...this.stdout.matchAll(/^listening (\d+)$/gm)].map(([, port]) => Number(port));
  }

  async saysOnStdout(text: string | RegExp): Promise<void> {
    await this.until(`${String(text)} on stdout`, () => contains(this.stdout, text));
  }

  async saysOnStderr(text: string | RegExp): Promise<void> {
    await this.until(`${String(text)} on stderr`, () => contains(this.stderr, text));
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits until it has ended by itself and its output is complete. */
  async ended(deadlineMs: number = DEADLINE_MS): Promise<Exit> {
    const exit = await within('the process to end', this.exited, this.transcript, deadlineMs);
    const streams = [this.child.stdout, this.child.stderr];
    await until('the end of its output', () => streams.every((stream) => stream?.readableEnded ?? true));
    return exit;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.signal(signal);
    return this.ended();
  }

  /** Every live process that works in our directory, except the one we started. */
  async offspring(): Promise<number[]> {
    const found = await processesIn(this.dir);
    return found.filter((pid) => pid !== this.child.pid);
  }

  /** Waits until nothing runs but the process itself, if that. */
  async untilAlone(deadlineMs: number = DEADLINE_MS): Promise<void> {
    const alone = async (): Promise<boolean> => (await this.offspring()).length === 0;
    await until('its offspring to end', alone, this.transcript, deadlineMs);
  }

  /** For the after hook: ends whatever still runs; fails when something did although the process itself had ended. */
  async cleanUp(): Promise<void> {
    if (this.child.pid === undefined) return;
    const endedBefore = this.exit !== undefined;
    if (!endedBefore) this.signal('SIGTERM');
    try {
      await within('an end on SIGTERM, after the test', this.exited, this.transcript);
    } finally {
      // Its exit comes after that of its workers; what those have started may take a moment more to notice.
      await this.untilAlone(2000).catch(() => {});
      const left = await this.offspring();
      for (const pid of [...left, ...(this.exit === undefined ? [this.pid] : [])]) kill(pid);
      if (left.length > 0) {
        // eslint-disable-next-line no-unsafe-finally
        throw new Error(`processes left running: ${left.join(', ')}\n${this.transcript()}`);
      }
    }
  }
}

/** Starts `node` with these arguments and ends it after the test. */
export function start(t: TestContext, args: readonly string[], options: ProcessOptions = {}): RunningProcess {
  const dir = options.dir ?? temporaryDirectory();
  const running = new RunningProcess(args, dir, options);
  t.after(() => running.cleanUp());
  return running;
}

function contains(text: string, part: string | RegExp): boolean {
  return typeof part === 'string' ? text.includes(part) : part.test(text);
}

export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Processes by working directory: found whatever their parent is, and however they were started. Empty where there is no /proc. */
async function processesIn(dir: string): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => []);
  const pids = entries.map(Number).filter(Number.isInteger);
  const dirs = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)));
  return pids.filter((_, i) => dirs[i] === dir);
}
