/** A connection, as far as its end is concerned. */
export interface Closing {
  readonly destroyed?: boolean;
  once(event: 'close', listener: () => void): unknown;
}

const waiting = new WeakMap<Closing, Set<() => void>>();

/**
 * Calls the listener once when the connection closes. Pipelined responses share a connection: one listener of its own is enough for
 * all of them, where each of 11 would make Node.js warn of a leak.
 *
 * @returns Removes the listener.
 */
export function whenClosed(connection: Closing, listener: () => void): () => void {
  let listeners = waiting.get(connection);
  if (listeners === undefined) {
    const all = (listeners = new Set());
    waiting.set(connection, all);
    connection.once('close', () => {
      waiting.delete(connection);
      for (const each of all) each();
    });
  }
  const own = (): void => listener();
  listeners.add(own);
  return () => {
    listeners.delete(own);
  };
}
