// What the mailbox of the fixtures goes through: a quiet day, then a flood of deliveries.
import { createServer, Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { printedRandom } from '../harness/seed.ts';
import type { Cleanup } from '../harness/services/service.ts';

const EVERY_MS = 20;

/** Requests a second by what they ask for. */
export interface Traffic {
  readonly messages: number;
  readonly searches: number;
  readonly deliveries: number;
}

/** Open loop, as users are: the next request does not wait for the last one. */
export class MailStorm {
  traffic: Traffic = { messages: 0, searches: 0, deliveries: 0 };
  readonly #port: number;
  readonly #random: () => number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 300 });
  readonly #owed = { messages: 0, searches: 0, deliveries: 0 };

  constructor(t: TestContext, port: number) {
    this.#port = port;
    this.#random = printedRandom(t);
    const timer = setInterval(() => this.#tick(), EVERY_MS);
    t.after(() => {
      clearInterval(timer);
      this.#agent.destroy();
    });
  }

  ask(path: string, method: 'GET' | 'POST' = 'GET'): void {
    request({ host: '127.0.0.1', port: this.#port, path, method, agent: this.#agent }, (response) =>
      response.resume().on('error', () => {}),
    )
      .on('error', () => {})
      .end();
  }

  /** On a connection of its own: the others may be taken. */
  hang(): void {
    request({ host: '127.0.0.1', port: this.#port, path: '/hang', agent: false })
      .on('error', () => {})
      .end();
  }

  /** Clients that ask for much and read nothing. */
  slowClients(t: TestContext, count: number): void {
    for (let i = 0; i < count; i += 1) {
      const socket = connect(this.#port, '127.0.0.1', () => {
        socket.write('GET /attachments HTTP/1.1\r\nHost: mail\r\n\r\n');
      });
      socket.on('error', () => {}).pause();
      t.after(() => socket.destroy());
    }
  }

  #tick(): void {
    const send = (what: keyof Traffic, once: () => void): void => {
      // Nothing is as even as a timer.
      this.#owed[what] += this.traffic[what] * (EVERY_MS / 1000) * (0.7 + 0.6 * this.#random());
      for (; this.#owed[what] >= 1; this.#owed[what] -= 1) once();
    };
    send('messages', () => this.ask(`/messages?user=${Math.ceil(80 * this.#random() ** 2)}`));
    send('searches', () => this.ask('/search'));
    send('deliveries', () => this.ask('/deliveries', 'POST'));
  }
}

/** What the mailbox reads through its cache. */
export async function origin(t: Cleanup): Promise<number> {
  const server = createServer((_, response) => {
    response.setHeader('Cache-Control', 'max-age=8').end('a user');
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
