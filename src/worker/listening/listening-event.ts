// A server that listens where another one of this process is being closed has no socket for a moment. It says that it listens when it has one.
import type { ListeningServer } from './bind.ts';

/** Servers whose `listening` event waits. */
const waiting = new WeakMap<ListeningServer, { due: number; readonly restore: () => void }>();

/** From now on `listening` waits for {@link listensNow} or {@link listensNever}. */
export function delayListening(server: ListeningServer): void {
  const before = Object.getOwnPropertyDescriptor(server, 'emit');
  const { emit } = server;
  const state = {
    due: 0,
    restore: (): void => {
      if (before === undefined) delete (server as Partial<ListeningServer>).emit;
      else Object.defineProperty(server, 'emit', before);
    },
  };
  waiting.set(server, state);
  server.emit = function emitOthers(this: ListeningServer, event: string | symbol, ...args: unknown[]) {
    if (event !== 'listening') return Reflect.apply(emit, this, [event, ...args]);
    state.due += 1;
    return true;
  };
}

/** Emits what has waited: each call of `listen()` emits it, also one whose server was closed and listens anew. */
export function listensNow(server: ListeningServer): void {
  const due = listensNever(server);
  for (let i = 0; i < due; i += 1) server.emit('listening');
}

/** It was closed, or has failed. @returns How many events have waited. */
export function listensNever(server: ListeningServer): number {
  const state = waiting.get(server);
  waiting.delete(server);
  state?.restore();
  return state?.due ?? 0;
}
