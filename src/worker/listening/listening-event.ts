// A server that listens where another one of this process is being closed has no socket for a moment. It says that it listens when it has one.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ListeningServer } from './bind.ts';

type InContext = ReturnType<typeof AsyncLocalStorage.snapshot>;

/** Servers whose `listening` event waits, and the asynchronous contexts in which it was due. */
const waiting = new WeakMap<ListeningServer, { readonly due: InContext[]; readonly restore: () => void }>();

/** From now on `listening` waits for {@link listensNow} or {@link listensNever}. */
export function delayListening(server: ListeningServer): void {
  const before = Object.getOwnPropertyDescriptor(server, 'emit');
  const { emit } = server;
  const state = {
    due: [] as InContext[],
    restore: (): void => {
      if (before === undefined) delete (server as Partial<ListeningServer>).emit;
      else Object.defineProperty(server, 'emit', before);
    },
  };
  waiting.set(server, state);
  server.emit = function emitOthers(this: ListeningServer, event: string | symbol, ...args: unknown[]) {
    if (event !== 'listening') return Reflect.apply(emit, this, [event, ...args]);
    state.due.push(AsyncLocalStorage.snapshot());
    return true;
  };
}

/** Emits what has waited: each call of `listen()` emits it, also one whose server was closed and listens anew. */
export function listensNow(server: ListeningServer): void {
  for (const inContext of listensNever(server)) inContext(() => server.emit('listening'));
}

/** It was closed, or has failed. @returns The contexts of the events that have waited. */
export function listensNever(server: ListeningServer): InContext[] {
  const state = waiting.get(server);
  waiting.delete(server);
  state?.restore();
  return state?.due ?? [];
}
