// One connection to memcached: commands go out at once, replies come in their order. Lost, it is made anew when a caller needs it.
import { connect, type Socket } from 'node:net';
import { RespiteError } from '../../../core/errors.ts';
import { type Reply, ReplyParser } from './reply-parser.ts';

/** Where memcached is, and how long to wait for it. */
export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  /** A reply that takes longer is not waited for, and nor is any after it: the connection is given up. */
  readonly timeoutMs: number;
  /** Largest value that is accepted. */
  readonly valueLimitBytes: number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

interface Waiting {
  readonly since: number;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** How long after a connection has failed the next is made, at first and at most. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

/** Commands that wait for their reply; more than that are refused, as memory is better used otherwise. */
const WAITING_LIMIT = 10_000;

export class Connection {
  readonly #settings: ConnectionSettings;
  #socket: Socket | undefined;
  /** First come, first answered; those before `#next` have been. */
  #waiting: Waiting[] = [];
  #next = 0;
  #watch: NodeJS.Timeout | undefined;
  #pauseMs = 0;
  #pausedUntil = 0;
  #isClosed = false;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  /** Sends a command, with its value if it has one. Rejects if there is no connection, or it is lost before the reply. */
  send(command: string, value?: Buffer): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const socket = this.#socket ?? this.#connect();
      if (socket === undefined || this.#waiting.length - this.#next >= WAITING_LIMIT) {
        const error = this.#isClosed ? CLOSED : socket === undefined ? NOT_CONNECTED : TOO_MANY;
        reject(error);
        return;
      }
      this.#waiting.push({ since: performance.now(), resolve, reject });
      socket.cork();
      socket.write(command, 'latin1');
      if (value !== undefined) {
        socket.write(value);
        socket.write('\r\n', 'latin1');
      }
      process.nextTick(uncork, socket);
      this.#watch ??= setTimeout(this.#onTime, this.#settings.timeoutMs);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#lose(CLOSED);
  }

  /** Undefined while it is too early after the last failure. */
  #connect(): Socket | undefined {
    if (this.#isClosed || performance.now() < this.#pausedUntil) return undefined;
    const { host, port, valueLimitBytes } = this.#settings;
    const socket = connect({ host, port, noDelay: true });
    // A cache is no reason to stay alive; a caller that waits for a reply is, by the timer.
    socket.unref();
    const isCurrent = (): boolean => this.#socket === socket;
    const parser = new ReplyParser(valueLimitBytes, (reply) => {
      if (isCurrent()) this.#onReply(reply);
    });
    socket.on('data', (chunk: Buffer) => {
      if (!isCurrent()) return;
      try {
        parser.push(chunk);
      } catch (error) {
        this.#lose(error as Error);
      }
    });
    socket.on('error', (error) => {
      if (isCurrent()) this.#lose(error);
    });
    socket.on('close', () => {
      if (isCurrent()) this.#lose(NOT_CONNECTED);
    });
    this.#socket = socket;
    return socket;
  }

  #onReply(reply: Reply): void {
    const waiting = this.#waiting[this.#next];
    if (waiting === undefined) {
      this.#lose(new RespiteError('RESPITE_CACHE_PROTOCOL', 'memcached answered what it was not asked'));
      return;
    }
    this.#pauseMs = 0;
    this.#next += 1;
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
      clearTimeout(this.#watch);
      this.#watch = undefined;
    } else if (this.#next >= 1024) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    waiting.resolve(reply);
  }

  /** One timer for all: the first in the line has waited longest. */
  readonly #onTime = (): void => {
    this.#watch = undefined;
    const first = this.#waiting[this.#next];
    if (first === undefined) return;
    const leftMs = first.since + this.#settings.timeoutMs - performance.now();
    if (leftMs > 0) {
      this.#watch = setTimeout(this.#onTime, Math.ceil(leftMs));
      return;
    }
    // It may be this process that was late: what has arrived is read first.
    setImmediate(() => {
      if (this.#waiting[this.#next] === first) this.#lose(TIMED_OUT);
      else if (this.#waiting.length > this.#next) this.#watch ??= setTimeout(this.#onTime, 1);
    });
  };

  /** Replies that are still to come would be taken for answers to other commands: so all are lost. */
  #lose(error: Error): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
    clearTimeout(this.#watch);
    this.#watch = undefined;
    const { random = Math.random } = this.#settings;
    // One that worked is replaced at once.
    this.#pausedUntil = performance.now() + this.#pauseMs * (0.5 + 0.5 * random());
    this.#pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2), LONGEST_PAUSE_MS);
    const lost = this.#waiting.slice(this.#next);
    this.#waiting = [];
    this.#next = 0;
    for (const { reject } of lost) reject(error);
  }
}

function uncork(socket: Socket): void {
  socket.uncork();
}

const NOT_CONNECTED = new RespiteError('RESPITE_CACHE_NOT_CONNECTED', 'there is no connection to memcached');
const TIMED_OUT = new RespiteError('RESPITE_CACHE_NOT_CONNECTED', 'memcached did not answer in time');
const TOO_MANY = new RespiteError('RESPITE_CACHE_NOT_CONNECTED', 'too many commands wait for memcached');
const CLOSED = new RespiteError('RESPITE_CACHE_NOT_CONNECTED', 'the connection to memcached has been closed');
