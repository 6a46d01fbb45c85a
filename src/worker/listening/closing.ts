import { AsyncLocalStorage } from 'node:async_hooks';
import type { SocketKey } from '../protocol.ts';
import type { ListeningServer } from './bind.ts';
import { overlap, type Place } from './place.ts';

/** A supervisor that has not answered by then is blocked, or gone; the server counts as closed. */
const ANSWER_MS = 1000;

interface ClosingSocket {
  readonly key: SocketKey;
  readonly place: Place;
  readonly server: ListeningServer;
  readonly timer: NodeJS.Timeout;
  /** They listen there next. */
  readonly waiting: (() => void)[];
}

/**
 * Sockets that the user has closed, and that the supervisor still holds: their addresses are in use until it has closed them too. Until then
 * their servers do not emit `close`: after that event connections are refused, and the address can be had.
 */
export class Closing {
  readonly #sockets: ClosingSocket[] = [];

  add(key: SocketKey, place: Place, server: ListeningServer): void {
    // As a handle that is being closed it keeps the process alive.
    const timer = setTimeout(() => this.#end(socket), ANSWER_MS);
    const socket: ClosingSocket = { key, place, server, timer, waiting: [] };
    this.#sockets.push(socket);
    holdCloseEvents(server);
  }

  overlaps(place: Place): boolean {
    return this.#sockets.some((socket) => overlap(place, socket.place));
  }

  /** @returns Whether one is in the way of this place; then `then` is called when it is not any more. */
  waits(place: Place, then: () => void): boolean {
    const inTheWay = this.#sockets.find((socket) => overlap(place, socket.place));
    const inContext = AsyncLocalStorage.snapshot();
    inTheWay?.waiting.push(() => inContext(then));
    return inTheWay !== undefined;
  }

  /** The server is to listen anew, before it has emitted `close`. */
  listensAnew(server: ListeningServer): void {
    if (this.#sockets.some((socket) => socket.server === server)) emitClose(server);
  }

  released(key: SocketKey): void {
    const socket = this.#sockets.find((each) => each.key === key);
    if (socket !== undefined) this.#end(socket);
  }

  #end(socket: ClosingSocket): void {
    clearTimeout(socket.timer);
    this.#sockets.splice(this.#sockets.indexOf(socket), 1);
    emitClose(socket.server);
    for (const then of socket.waiting) then();
  }
}

type InContext = ReturnType<typeof AsyncLocalStorage.snapshot>;

/** The asynchronous contexts in which each server would have emitted `close`: each call of `close()` does. */
const heldEvents = new WeakMap<ListeningServer, InContext[]>();

function holdCloseEvents(server: ListeningServer): void {
  if (heldEvents.has(server)) return;
  const events: InContext[] = [];
  heldEvents.set(server, events);
  server._emitCloseIfDrained = () => {
    const isDrained = server._handle === null && server._connections === 0;
    if (isDrained) events.push(AsyncLocalStorage.snapshot());
  };
}

function emitClose(server: ListeningServer): void {
  const events = heldEvents.get(server);
  if (events === undefined) return;
  heldEvents.delete(server);
  delete (server as Partial<ListeningServer>)._emitCloseIfDrained;
  for (const inContext of events) inContext(() => server._emitCloseIfDrained());
}
