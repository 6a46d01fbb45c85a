// Plays one case of the lifecycle matrix in memory, and tells what came of it.
import type http from 'node:http';
import type { Server } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { type AdmissionStats, protect, type Protection } from '../../../src/index.ts';
import { type End, pair } from '../pair.ts';
import { type Answer, Answers } from './answers.ts';
import { type Case, isHttp2, leavesHttp } from './cases.ts';
import { openSession, playHttp2, written } from './client-http2.ts';
import { playHttp1 } from './client-http1.ts';
import { Handler } from './handler.ts';

/** Everything happens in memory within some iterations of the event loop; this is for a machine that stands still. */
const DEADLINE_MS = 5000;

const KB = 1024;
const BUDGET_BYTES = 32 * KB;
/** Both fit into the budget alone, not together; node:http and node:http2 read this much ahead of a handler that reads nothing. */
const HELD_BODY_BYTES = 16 * KB;
const OVERRUN_BODY_BYTES = 28 * KB;
const BODY_BYTES = 1000;

export interface Played {
  /** Undefined where the client did not wait, or the connection ended without an answer. */
  readonly answer?: Answer | undefined;
  /** What the client received after its answer: must be nothing. */
  readonly rest?: string | undefined;
}

export interface Leftover {
  readonly inFlight: number;
  readonly bytesInFlight: number;
  readonly active: number;
}

export class Stage {
  readonly handler: Handler;
  readonly body: string;
  readonly #of: Case;
  readonly #server: Server;
  readonly #protection: Protection;
  readonly #connections: End[] = [];
  readonly #onDrain: (() => void)[] = [];

  constructor(of: Case) {
    this.#of = of;
    this.body = 'x'.repeat(of.state === 'overrun' ? OVERRUN_BODY_BYTES : BODY_BYTES);
    this.handler = new Handler(of);
    this.#server = this.handler.createServer();
    this.#protection = protect(this.#server, {
      limit: of.state === 'shed' ? 1 : 1000,
      bodyBudgetBytes: of.state === 'overrun' ? BUDGET_BYTES : 1024 * KB,
      turnBudget: false,
      priority: false,
    });
    // node:http keeps track of the connections of a server that listens.
    this.#server.emit('listening');
  }

  async play(): Promise<Played> {
    const connection = this.connect();
    return isHttp2(this.#of) ? playHttp2(this.#of, connection, this) : playHttp1(this.#of, connection, this);
  }

  connect(): End {
    const { client, server } = pair();
    this.#connections.push(client);
    this.#server.emit('connection', server);
    return client;
  }

  /** Fills the limit, or half of the body budget, with a request that waits in the handler. */
  async fill(): Promise<void> {
    if (this.#of.state !== 'shed' && this.#of.state !== 'overrun') return;
    await this.#send('/hold', this.#of.state === 'overrun' ? 'x'.repeat(HELD_BODY_BYTES) : '');
    await this.until('the request that fills the server', () => this.handler.isWaiting('/hold'));
    await written(); // its body follows its head
  }

  /** Ends the request that filled the server, and waits until nothing is counted any more. */
  async empty(): Promise<Leftover> {
    this.handler.letGo('/hold');
    const leftover = await this.until(
      'every counter to return to 0',
      () => this.#leftover(),
      () => JSON.stringify(this.#counters()),
    ).catch(() => this.#counters());
    return leftover;
  }

  /** Whether the server serves a further request. */
  async servesAnother(): Promise<number> {
    const status = await this.#send('/fresh', '');
    return status();
  }

  /** Waits until the server has decided on the request: its handler has it, or it was shed. */
  async decided(): Promise<void> {
    await this.until('a decision', () => {
      if (this.shed() > 0) return true;
      return this.#of.state !== 'overrun' && this.handler.seen.includes('/');
    });
  }

  shed(): number {
    const shed = this.#protection.stats().requests.filter(({ decision }) => decision === 'shed');
    return shed.reduce((sum, { count }) => sum + count, 0);
  }

  onDrain(close: () => void): void {
    this.#onDrain.push(close);
  }

  /** Where the case says so: the server closes and its protection stops while the request is in flight. */
  async drain(): Promise<void> {
    if (this.#of.state !== 'draining') return;
    await this.decided();
    const isGated = !this.#of.behaviour.endsWith('during') && !leavesHttp(this.#of);
    if (isGated) await this.until('the handler', () => this.handler.isWaiting('/'));
    this.#server.close();
    (this.#server as Partial<http.Server>).closeIdleConnections?.();
    for (const close of this.#onDrain) close();
    this.#protection.stop();
    await turn();
    this.handler.letGo('/');
  }

  async until<T>(what: string, ask: () => T | undefined | false, detail = (): string => ''): Promise<T> {
    const deadlineMs = performance.now() + DEADLINE_MS;
    for (;;) {
      const answer = ask();
      if (answer !== undefined && answer !== false) return answer;
      if (performance.now() > deadlineMs) throw new Error(`waited for ${what}; ${detail()}`);
      await turn();
    }
  }

  close(): void {
    for (const connection of this.#connections) connection.reset();
    this.#server.close();
    this.#protection.stop();
  }

  async #send(path: string, body: string): Promise<() => Promise<number>> {
    const connection = this.connect();
    if (isHttp2(this.#of)) {
      const session = await openSession(connection, 65_535);
      const stream = session.request({ ':path': path, ':method': body === '' ? 'GET' : 'POST' });
      let status = 0;
      stream.on('response', (headers) => (status = headers[':status'] ?? 0)).on('error', () => {});
      await written();
      stream.resume().end(body);
      return () => this.until('an answer', () => status > 0 && status);
    }
    const answers = new Answers(connection);
    const length = body === '' ? '' : 'Transfer-Encoding: chunked\r\n';
    const chunks = body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    connection.write(`${body === '' ? 'GET' : 'POST'} ${path} HTTP/1.1\r\nHost: x\r\n${length}\r\n${chunks}`);
    return () => this.until('an answer', () => answers.take('plain')?.status);
  }

  #counters(): Leftover {
    // `active` counts requests where `inFlight` counts units of the limit; not every version of the statistics has it.
    const stats: AdmissionStats & { readonly active?: number } = this.#protection.stats();
    return { inFlight: stats.inFlight, bytesInFlight: stats.bytesInFlight, active: stats.active ?? 0 };
  }

  #leftover(): Leftover | undefined {
    const counters = this.#counters();
    return Object.values(counters).every((count) => count === 0) ? counters : undefined;
  }
}
