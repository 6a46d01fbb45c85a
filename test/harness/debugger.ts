// A debugger, by the protocol that Chrome, VS Code and `node inspect` speak.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { within } from './until.ts';

interface Target {
  readonly url: string;
  readonly webSocketDebuggerUrl: string;
}

/** What can be debugged at a port; undefined while nothing listens there. */
export async function targetAt(port: number): Promise<Target | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/json/list`);
    return ((await response.json()) as readonly Target[])[0];
  } catch {
    return undefined;
  }
}

type Event =
  | {
      readonly method: 'Debugger.scriptParsed';
      readonly params: { readonly scriptId: string; readonly url: string };
    }
  | {
      readonly method: 'Debugger.paused';
      readonly params: {
        readonly callFrames: readonly { readonly location: { readonly scriptId: string } }[];
      };
    };

export class Debugger {
  readonly #socket: WebSocket;
  /** Scripts in which it has paused, in order. */
  readonly pausedIn: string[] = [];
  /** Settles when the process has closed the connection. */
  readonly detached: Promise<unknown>;
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.detached = once(socket, 'close');
    const urls = new Map<string, string>();
    socket.on('message', (data: Buffer) => {
      const { method, params } = JSON.parse(data.toString()) as Event;
      if (method === 'Debugger.scriptParsed') urls.set(params.scriptId, params.url);
      if (method === 'Debugger.paused')
        this.pausedIn.push(urls.get(params.callFrames[0]?.location.scriptId ?? '') ?? '');
    });
  }

  static async attach({ webSocketDebuggerUrl }: Target): Promise<Debugger> {
    const socket = new WebSocket(webSocketDebuggerUrl);
    await within('the debugger to attach', once(socket, 'open'));
    const attached = new Debugger(socket);
    await attached.send('Debugger.enable');
    return attached;
  }

  async send(method: string): Promise<void> {
    const id = (this.#id += 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    const receive = (data: Buffer): void => {
      if ((JSON.parse(data.toString()) as { readonly id?: number }).id === id) resolve();
    };
    this.#socket.on('message', receive);
    this.#socket.send(JSON.stringify({ id, method }));
    await within(`an answer to ${method}`, promise);
    this.#socket.off('message', receive);
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** Several ports in a row that are free, below those that `listen(0)` gets. */
export async function freePorts(count: number): Promise<number> {
  for (let first = 20_000 + (process.pid % 1000) * 10; ; first += count) {
    const ports = Array.from({ length: count }, (_, i) => first + i);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = once(server, 'listening').then(() => true);
  const failed = once(server, 'error').then(() => false);
  server.listen(port, '127.0.0.1');
  const result = await Promise.race([listening, failed]);
  if (result) await new Promise((resolve) => server.close(resolve));
  return result && (server.address() as AddressInfo | null) === null;
}
