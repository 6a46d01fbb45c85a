import type { Socket } from 'node:net';

/** Where to connect to. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export function showAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** More than that unread is nobody's greeting. */
const UNREAD_LIMIT = 65_536;

/**
 * Opens a connection of its own, has `talk` speak on it, closes it in any case. Aborted it is destroyed at once and the promise
 * rejects, so that nothing stays behind.
 */
export async function talkTo<T>(
  { host, port }: Address,
  signal: AbortSignal,
  talk: (lines: Lines) => Promise<T>,
): Promise<T> {
  // Importing it at the top would load it wherever the configuration names a check.
  const { connect } = process.getBuiltinModule('node:net');
  const socket = connect({ host, port });
  const lines = new Lines(socket);
  const destroy = (): unknown => socket.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  signal.addEventListener('abort', destroy, { once: true });
  try {
    await lines.connected;
    return await talk(lines);
  } finally {
    signal.removeEventListener('abort', destroy);
    socket.destroy();
  }
}

/** A socket as lines in turn with lines. */
export class Lines {
  readonly connected: Promise<void>;
  readonly #socket: Socket;
  #text = '';
  #ended: Error | undefined;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    this.connected = new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.on('error', (error) => {
        reject(error);
        this.#end(error);
      });
      socket.once('close', () => {
        const error = new Error('the connection was closed');
        reject(error);
        this.#end(error);
      });
    });
    this.connected.catch(() => {});
    socket.on('data', (chunk: string) => {
      this.#text += chunk;
      if (this.#text.length > UNREAD_LIMIT) socket.destroy(new Error('the answer is too long'));
      this.#wake();
    });
    socket.on('end', () => this.#end(new Error('the connection was closed')));
  }

  write(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }

  /** The next line, without its end. */
  async read(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end).replace(/\r$/, '');
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      if (this.#ended !== undefined) throw this.#ended;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#wake();
  }
}
