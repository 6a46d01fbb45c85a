// Every process that a benchmark starts, so that each is ended, by its pid, however the benchmark ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const live = new Set<ChildProcess>();
let workingDirectory: string | undefined;

/** Where servers run: an empty directory, so that no configuration of the reader's is found. It goes with the processes. */
export function emptyDirectory(): string {
  workingDirectory ??= mkdtempSync(path.join(tmpdir(), 'respite-bench-'));
  return workingDirectory;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * Starts a command; its output can be read, it has no input. Each has a session of its own, as Respite's workers have:
 * the kernel's autogroups share out the processor by session, and a server in the generator's session fares better.
 */
export function start(commandLine: readonly string[], { env = {} }: StartOptions = {}): ChildProcess {
  const [command = '', ...args] = commandLine;
  const child = spawn(command, args, {
    cwd: emptyDirectory(),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  live.add(child);
  child.once('exit', () => live.delete(child));
  child.once('error', () => live.delete(child));
  return child;
}

/** Runs a command to its end, which must be a good one; returns what it printed. */
export async function outputOf(commandLine: readonly string[]): Promise<string> {
  const child = start(commandLine);
  let output = '';
  let complaints = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode !== 0)
    throw new Error(`${commandLine.join(' ')} ended with exit code ${exitCode}:\n${complaints}`);
  return output;
}

/** Ends it gently, then less so. */
export async function end(child: ChildProcess): Promise<void> {
  for (const [signal, graceMs] of [
    ['SIGTERM', 10_000],
    ['SIGTERM', 2_000], // the second one means "at once" to `respite run`
    ['SIGKILL', 2_000],
  ] as const) {
    if (hasEnded(child)) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await Promise.race([exited, delay(graceMs, undefined, { ref: false })]);
  }
}

export async function endAll(): Promise<void> {
  await Promise.all([...live].map((child) => end(child)));
  if (workingDirectory !== undefined) rmSync(workingDirectory, { recursive: true, force: true });
  workingDirectory = undefined;
}

/** Ctrl-C and SIGTERM end all of it; a second one does so at once. */
export function endAllOnSignals(): void {
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      void endAll().finally(() => process.exit(exitCode));
    });
  }
  process.once('exit', () => {
    for (const child of live) child.kill('SIGKILL');
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}
