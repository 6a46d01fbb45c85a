import type { Socket } from 'node:net';

/** Each socket is looked at in one of this many rounds. */
const ROUNDS = 10;

/** Sockets of which most never hold anything: a share of them is looked at in each round. */
export class QuietSockets {
  readonly #sockets = new Set<Socket>();
  #rest: Iterator<Socket> = this.#sockets.values();

  get size(): number {
    return this.#sockets.size;
  }

  add(socket: Socket): void {
    this.#sockets.add(socket);
  }

  delete(socket: Socket): void {
    this.#sockets.delete(socket);
  }

  clear(): void {
    this.#sockets.clear();
  }

  /** @returns Those whose round it is. */
  next(): readonly Socket[] {
    const sockets: Socket[] = [];
    const share = Math.ceil(this.#sockets.size / ROUNDS);
    while (sockets.length < share) {
      const { value, done } = this.#rest.next();
      if (done !== true) sockets.push(value);
      else {
        this.#rest = this.#sockets.values();
        break;
      }
    }
    return sockets;
  }
}
