import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { type Cleanup, type Service, startService } from './service.ts';

/** A memcached of 64 MB; what it held is gone when it is started again. */
export async function startMemcached(t: Cleanup, options: readonly string[] = []): Promise<Service> {
  return startService(t, {
    command: 'memcached',
    // It refuses to run as root unless told who to be.
    args: (port) => ['-p', String(port), '-l', '127.0.0.1', '-U', '0', '-u', 'nobody', ...options],
  });
}

/** Looks into memcached and changes what is there, by its text protocol. */
export class MemcachedAdmin implements AsyncDisposable {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async connect(port: number): Promise<MemcachedAdmin> {
    const socket = createConnection(port, '127.0.0.1');
    await once(socket, 'connect');
    return new MemcachedAdmin(socket);
  }

  async keys(): Promise<readonly string[]> {
    const dump = await this.#ask('lru_crawler metadump all\r\n', /(?:^|\n)END\r\n$/);
    return [...dump.matchAll(/^key=(\S+)/gm)].map(([, key = '']) => decodeURIComponent(key));
  }

  async get(key: string): Promise<Buffer> {
    const reply = await this.#ask(`get ${key}\r\n`, /END\r\n$/);
    const from = reply.indexOf('\r\n') + 2;
    return Buffer.from(reply.slice(from, reply.length - '\r\nEND\r\n'.length), 'latin1');
  }

  async set(key: string, value: Buffer): Promise<void> {
    await this.#ask(`set ${key} 0 0 ${value.byteLength}\r\n${value.toString('latin1')}\r\n`, /\r\n$/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }

  #busy: Promise<unknown> = Promise.resolve();

  /** One question after the other. */
  #ask(command: string, end: RegExp): Promise<string> {
    const answer = this.#busy.then(async () => {
      this.#socket.write(command, 'latin1');
      let reply = '';
      while (!end.test(reply)) {
        const [chunk] = (await once(this.#socket, 'data')) as [Buffer];
        reply += chunk.toString('latin1');
      }
      return reply;
    });
    this.#busy = answer;
    return answer;
  }
}
