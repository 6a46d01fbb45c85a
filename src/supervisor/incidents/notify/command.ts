import { spawn } from 'node:child_process';
import path from 'node:path';
import { type Channel, failure } from './channel.ts';
import { DEFAULT_TIMEOUT_MS } from './options.ts';
import type { Payload } from './payload.ts';
import type { Failure } from './queue.ts';

/** What a command gets of our environment: nothing that could be a secret. */
const HARMLESS: readonly RegExp[] = [
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|PWD|TZ|TMPDIR|LANG|HOSTNAME)$/,
  /^(?:LC|XDG)_\w+$/,
  // Windows does not start anything without it.
  /^SystemRoot$/i,
];

/** Of what it says on stderr, for the line that says why it failed. */
const MOST_OF_STDERR = 300;

/** An executable that gets the JSON on its standard input. It has succeeded when it ends with 0. */
export function command(
  [executable, ...args]: readonly [string, ...string[]],
  timeoutMs: number = DEFAULT_TIMEOUT_MS,
): Channel {
  return {
    name: `command ${path.basename(executable)}`,
    send: async (payload, signal) => run(executable, args, payload, timeoutMs, signal),
  };
}

/** The environment of the command: what is harmless of ours, and what the message is about. */
export function commandEnvironment(env: NodeJS.ProcessEnv, { event, incident }: Payload): NodeJS.ProcessEnv {
  const harmless = Object.entries(env).filter(([name]) => HARMLESS.some((pattern) => pattern.test(name)));
  return {
    ...Object.fromEntries(harmless),
    RESPITE_EVENT: event,
    RESPITE_CAUSE: incident.cause,
    RESPITE_INCIDENT: incident.id,
  };
}

async function run(
  executable: string,
  args: readonly string[],
  payload: Payload,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const { promise, resolve } = Promise.withResolvers<Failure | undefined>();
  // Its own process group, so that what it starts ends with it.
  const child = spawn(executable, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
    env: commandEnvironment(process.env, payload),
  });
  child.unref();
  let said = '';
  let why: string | undefined;
  const end = (reason: string): void => {
    why = reason;
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended just now.
    }
  };
  const timer = setTimeout(() => end(`killed: it took more than ${timeoutMs / 1000} s`), timeoutMs);
  timer.unref();
  const abort = (): void => end('given up');
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  child.once('error', (error) => {
    const code = 'code' in error ? String(error.code) : error.name;
    resolve(failure(`cannot be started: ${code}`, code === 'ENOENT' || code === 'EACCES'));
  });
  child.once('exit', (code, killedBy) => {
    // The rest of its group too: a shell may leave something behind that holds on.
    end(why ?? (code === null ? `ended with signal ${killedBy}` : `ended with exit code ${code}`));
    const words = said === '' ? '' : `: ${said.trim().split('\n').at(-1)}`;
    resolve(code === 0 ? undefined : failure(`${why}${words}`));
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-MOST_OF_STDERR);
  });
  // It may end without reading.
  child.stdin.on('error', () => {});
  child.stdin.end(`${JSON.stringify(payload)}\n`);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    child.stderr.destroy();
  }
}
