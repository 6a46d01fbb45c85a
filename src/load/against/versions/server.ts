// One version of the user's server, started on a free port.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RespiteError } from '../../../core/errors.ts';
import type { Cores } from './cores.ts';
import type { Keeper } from './keeper.ts';
import { OwnProcess } from './processes.ts';

export interface ServerOptions {
  /** For messages. */
  readonly name: string;
  readonly command: readonly string[];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cores: Cores;
  readonly keeper: Keeper;
  readonly signal: AbortSignal;
}

export interface RunningServer {
  readonly origin: string;
  readonly pid: number;
  /** Throws when it has ended by itself. */
  assertAlive(): void;
  stop(): Promise<void>;
}

/** Maximum time from the start until it accepts connections, in milliseconds. */
const START_TIMEOUT_MS = 60_000;

const RETRY_MS = 20;

/** Resolves when the server accepts connections on the port that the environment variable `PORT` names. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { name, command, directory, cores, keeper, signal } = options;
  const port = await freePort();
  const server = await OwnProcess.start(cores.forServer(command), {
    directory,
    env: { ...process.env, ...options.env, PORT: String(port) },
    keeper,
  });
  const assertAlive = (): void => {
    if (server.hasEnded) throw failure(`the ${name} ended by itself`, server);
  };
  const stop = async (): Promise<void> => server.stop();
  try {
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      signal.throwIfAborted();
      if (server.hasEnded) throw failure(`the ${name} ended before it listened`, server);
      const host = await listeningHost(port);
      if (host !== undefined) return { origin: `http://${host}:${port}`, pid: server.pid, assertAlive, stop };
      if (performance.now() > deadlineMs) {
        throw failure(`the ${name} does not listen on port ${port}, which the variable PORT names`, server);
      }
      await delay(RETRY_MS);
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

function failure(what: string, { lastLines }: OwnProcess): RespiteError {
  return new RespiteError('RESPITE_LOAD_VERSION', lastLines === '' ? what : `${what}:\n${lastLines}`);
}

/** Where something accepts connections: some servers listen on one of both families only. */
async function listeningHost(port: number): Promise<string | undefined> {
  for (const host of ['127.0.0.1', '::1']) {
    if (await accepts(host, port)) return host === '::1' ? '[::1]' : host;
  }
  return undefined;
}

async function accepts(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/** Each port is given out once: a second free one could be the first, which no process listens on yet. */
const given = new Set<number>();

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the kernel has no free port');
  if (given.has(address.port)) return freePort();
  given.add(address.port);
  return address.port;
}
