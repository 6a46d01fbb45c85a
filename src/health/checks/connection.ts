import type { Socket } from 'node:net';

/** Where to connect to. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export function showAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** More than that unread is no greeting. */
const UNREAD_LIMIT = 65_536;

/** How to encrypt a connection. */
export interface TlsOptions {
  /** Certificates to trust, as PEM, instead of those of Node.js. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
  /** The name that the certificate must have. Default: the host. */
  readonly servername?: string | undefined;
}

/** A connection that speaks lines. */
export interface Conversation {
  readonly lines: Lines;
  /** From here on encrypted, as after STARTTLS. What was received in clear text and not read is forgotten. */
  secure(tls: TlsOptions): Promise<Lines>;
}

/**
 * Opens a connection of its own, has `talk` speak on it, closes it in any case. Aborted it is destroyed at once and the promise
 * rejects, so that nothing stays behind.
 *
 * @param tls Encrypts it from the start.
 */
export async function talkTo<T>(
  { host, port }: Address,
  signal: AbortSignal,
  talk: (conversation: Conversation) => Promise<T>,
  tls?: TlsOptions,
): Promise<T> {
  // Importing it at the top would load it wherever the configuration names a check.
  const { connect } = process.getBuiltinModule('node:net');
  const socket = connect({ host, port });
  const sockets: Socket[] = [socket];
  const destroy = (): void => {
    for (const each of sockets) each.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  };
  signal.addEventListener('abort', destroy, { once: true });
  const plain = new Lines(socket, 'connect');
  const secure = async (options: TlsOptions): Promise<Lines> => {
    plain.detach();
    const encrypted = encrypt(socket, host, options);
    sockets.push(encrypted);
    const lines = new Lines(encrypted, 'secureConnect');
    await lines.connected;
    return lines;
  };
  try {
    await plain.connected;
    const lines = tls === undefined ? plain : await secure(tls);
    return await talk({ lines, secure });
  } finally {
    signal.removeEventListener('abort', destroy);
    for (const each of sockets) each.destroy();
  }
}

function encrypt(socket: Socket, host: string, { ca, servername }: TlsOptions): Socket {
  const { isIP } = process.getBuiltinModule('node:net');
  const name = servername ?? host;
  return process.getBuiltinModule('node:tls').connect({
    socket,
    // Of an address there is no name to ask for; the certificate is compared with the address.
    ...(isIP(name) === 0 ? { servername: name } : { host: name }),
    ...(ca === undefined ? {} : { ca: ca as string }),
  });
}

/** A socket as lines in turn with lines. */
export class Lines {
  readonly connected: Promise<void>;
  readonly #socket: Socket;
  #text = '';
  #ended: Error | undefined;
  #wake: () => void = () => {};
  readonly #take = (chunk: Buffer): void => {
    this.#text += chunk.toString('latin1');
    if (this.#text.length > UNREAD_LIMIT) this.#socket.destroy(new Error('the answer is too long'));
    this.#wake();
  };

  /** @param connected The event that says that it can be spoken on. */
  constructor(socket: Socket, connected: 'connect' | 'secureConnect') {
    this.#socket = socket;
    this.connected = new Promise((resolve, reject) => {
      socket.once(connected, () => resolve());
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
    socket.on('data', this.#take);
    socket.on('end', () => this.#end(new Error('the connection was closed')));
  }

  /** Reads no more: what comes from here on is another's. */
  detach(): void {
    this.#socket.off('data', this.#take);
    this.#text = '';
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
