import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Service {
  readonly pid: number;
  /** The first group of the pattern, once a line of its output matches. */
  readonly answer: string;
  /** Set when it has ended by itself. */
  readonly endedWith: () => string | undefined;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;
/** Their data is thrown away; a graceful end is a courtesy. */
const STOP_TIMEOUT_MS = 3000;
const OUTPUT_CHARACTERS = 4000;

/** What is running now. What ends this process, for whatever reason, calls `killAll`. */
const running = new Set<ChildProcess>();

export function killAll(): void {
  for (const child of running) killGroup(child, 'SIGKILL');
}

/** Starts a server and resolves when it says where it listens. */
export async function startService(
  command: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly ready: RegExp },
): Promise<Service> {
  const [file = '', ...args] = command;
  // A group of its own: Ctrl-C comes to us alone, and we end the others in order.
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  running.add(child);
  let output = '';
  let ended: string | undefined;
  let isStopping = false;
  let isReady = false;
  const exited = new Promise<void>((resolve) => {
    const onEnd = (how: string): void => {
      running.delete(child);
      if (!isStopping) ended ??= how;
      resolve();
    };
    child.once('error', (error) => onEnd(error.message));
    child.once('exit', (code, signal) => onEnd(signal ?? `exit code ${code}`));
  });

  const answer = await new Promise<string>((resolve, reject) => {
    const describe = (what: string): string => `${command.join(' ')} ${what}\n${output.trim()}`;
    const timer = setTimeout(() => {
      reject(new Error(describe('did not say that it listens')));
      killGroup(child, 'SIGKILL');
    }, START_TIMEOUT_MS);
    const read = (chunk: Buffer): void => {
      // Also afterwards: a pipe without a reader blocks its writer.
      output = (output + chunk.toString()).slice(-OUTPUT_CHARACTERS);
      const match = options.ready.exec(output)?.[1];
      if (isReady || match === undefined) return;
      isReady = true;
      clearTimeout(timer);
      resolve(match);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exited.then(() => {
      clearTimeout(timer);
      if (!isReady) reject(new Error(describe(`ended with ${ended}`)));
    });
  });

  return {
    pid: child.pid ?? 0,
    answer,
    endedWith: () => ended,
    stop: async () => {
      isStopping = true;
      if (!running.has(child)) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => killGroup(child, 'SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Runs a command to its end. Rejects with its output when it fails. */
export async function runToEnd(command: readonly string[], cwd: string, signal: AbortSignal): Promise<void> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd, signal, shell: process.platform === 'win32' });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_CHARACTERS);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command.join(' ')} failed\n${output.trim()}`);
}

/** Runs a command to its end, and passes on each line that it prints. Rejects with its errors when it fails. */
export async function eachLine(
  command: readonly string[],
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { signal, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-OUTPUT_CHARACTERS);
  });
  createInterface(child.stdout).on('line', onLine);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`${command.join(' ')} failed\n${errors.trim()}`);
  } finally {
    running.delete(child);
  }
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch {
    // It has ended in between.
  }
}
