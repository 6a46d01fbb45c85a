// A TCP server that answers each line with one, or accepts and never answers.
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export class Database {
  readonly #server: net.Server;
  readonly #asked = new Set<net.Socket>();
  #answers: boolean;
  #deafTo: number | undefined;

  constructor(t: TestContext, answers: boolean) {
    this.#answers = answers;
    this.#server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (line: Buffer) => {
        if (this.#answers && !(this.#deafTo !== undefined && line.includes(`of ${this.#deafTo}\n`)))
          socket.write('row\n');
        else this.#asked.add(socket);
      });
    });
    const open = new Set<net.Socket>();
    this.#server.on('connection', (socket) => open.add(socket));
    t.after(() => {
      this.#server.close();
      for (const socket of open) socket.destroy();
    });
  }

  async port(): Promise<number> {
    if (!this.#server.listening) {
      await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    }
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on it answers no query of this process. */
  set deafTo(pid: number) {
    this.#deafTo = pid;
  }

  /** From now on it answers nobody, or everybody again, also those who have asked before. */
  set answers(answers: boolean) {
    this.#answers = answers;
    if (!answers) return;
    for (const socket of this.#asked) if (!socket.destroyed) socket.write('row\n');
    this.#asked.clear();
  }
}
