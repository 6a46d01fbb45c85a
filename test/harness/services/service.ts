// A real server from Debian's packages, as a process of this test's own: it can be killed, made to hang (SIGSTOP), and started again on its port.
import { type ChildProcess, spawn } from 'node:child_process';
import { AsyncResource } from 'node:async_hooks';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { after } from 'node:test';
import { temporaryDirectory } from '../process.ts';
import { SEARCH_PATH } from '../programs.ts';
import { until, within } from '../until.ts';

/** Maximum time, in ms, that a server may take to serve: RabbitMQ takes more than 30 s on a machine with ten times its load. */
const START_DEADLINE_MS = 120_000;

/** What to start, and how to know that it serves. */
export interface ServiceSpec {
  /** The executable, found on PATH or in /usr/sbin. */
  readonly command: string;
  /** @param directory Empty at first, the service's own; stays the same when it is started again. */
  readonly args: (port: number, directory: string) => readonly string[];
  /** Run once, before the first start. */
  readonly prepare?: ((port: number, directory: string) => void | Promise<void>) | undefined;
  /** Does it serve? By default: does it accept a connection. May throw, which means no. */
  readonly isUp?: ((port: number) => Promise<boolean>) | undefined;
  /** The user to run as; some servers refuse to be run by root. */
  readonly uid?: number | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A test, or `fileEnd`. */
export interface Cleanup {
  after(run: () => void | Promise<void>): void;
}

/**
 * The end of a test file, for what all its tests share. A suite starts that while it is declared, and node:test calls the
 * suite's own hooks only if one of its tests runs, which a name pattern may prevent: then a server would never end.
 */
export const fileEnd: Cleanup = { after: AsyncResource.bind(after) };

/** A server that runs, or did. */
export class Service {
  readonly port: number;
  readonly directory: string;
  readonly #spec: ServiceSpec;
  readonly #output: Buffer[] = [];
  #child: ChildProcess | undefined;

  constructor(spec: ServiceSpec, port: number, directory: string) {
    this.#spec = spec;
    this.port = port;
    this.directory = directory;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.#spec.command} does not run`);
    return pid;
  }

  /** All that it has said, for failure messages. */
  readonly output = (): string => Buffer.concat(this.#output).toString().slice(-8000);

  /** Starts it, or starts it again, and waits until it serves. */
  async start(): Promise<void> {
    const { command, args, uid, env } = this.#spec;
    const child = spawn(command, args(this.port, this.directory), {
      cwd: this.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env, PATH: SEARCH_PATH },
      ...(uid === undefined ? {} : { uid }),
    });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => this.#output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => this.#output.push(chunk));
    let problem: string | undefined;
    child.once('error', (error) => {
      problem = `${command} cannot be started: ${error.message}`;
    });
    child.once('exit', (code, signal) => {
      problem ??= `${command} ended with ${String(signal ?? code)}`;
    });
    const isUp = this.#spec.isUp ?? accepts;
    await until(
      `${command} to serve on port ${this.port}`,
      async () => {
        if (problem !== undefined) throw new Error(`${problem}\n${this.output()}`);
        return isUp(this.port).catch(() => false);
      },
      this.output,
      START_DEADLINE_MS,
    );
  }

  /** It hangs from now on: connections are accepted by the kernel, nothing is answered. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  /** It goes on. */
  resume(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Ends it and waits until it is gone; connections are cut. By default without warning. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await within(`${this.#spec.command} to end`, gone, this.output);
  }
}

/** Starts a server on a free port of 127.0.0.1; ends it after the test. */
export async function startService(t: Cleanup, spec: ServiceSpec): Promise<Service> {
  const port = await freePort();
  const directory = temporaryDirectory();
  await spec.prepare?.(port, directory);
  const service = new Service(spec, port, directory);
  t.after(() => service.kill());
  await service.start();
  return service;
}

/**
 * Ports that Linux gives to no connection and to no server that asks for any port: those begin at 32768. A
 * cluster of Redis also takes the port that is 10,000 higher.
 */
const PORTS = { from: 10_000, to: 22_000 };

/**
 * A port that no process listens on, for servers that need one in their configuration. A port from the kernel's own range would
 * sometimes go to another process before the server listens on it.
 */
export async function freePort(): Promise<number> {
  return until('a free port', async () => {
    const port = randomInt(PORTS.from, PORTS.to);
    // On all addresses, as most servers listen.
    const server = createServer().listen(port);
    try {
      await once(server, 'listening');
    } catch {
      return false;
    }
    server.close();
    await once(server, 'close');
    return port;
  });
}

async function accepts(port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}
