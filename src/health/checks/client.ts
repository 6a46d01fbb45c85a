// What clients of other people's have in common.

/** Part of Node.js's EventEmitter. */
export interface Emitter {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** The last error of each client that is listened to. */
const lastErrors = new WeakMap<object, { error: Error | undefined }>();

/**
 * An `error` without a listener ends the process: when a database dies, that would be the supervisor. What is wrong the
 * next check says. Listens once, however often it is called: pools lend the same connections again and again.
 *
 * @returns The last one, for what the check says.
 */
export function surviveErrors(client: object): () => Error | undefined {
  const known = lastErrors.get(client);
  if (known !== undefined) return () => known.error;
  const last: { error: Error | undefined } = { error: undefined };
  lastErrors.set(client, last);
  if ('on' in client && typeof client.on === 'function') {
    (client as Emitter).on('error', (error) => {
      last.error = error;
    });
  }
  return () => last.error;
}

/** Listens to another event of a client, if it is an emitter. */
export function listen(client: object, event: string, listener: (first: unknown) => void): void {
  if (!('on' in client) || typeof client.on !== 'function') return;
  (client as { on(event: string, listener: (first: unknown) => void): unknown }).on(event, listener);
}

/** `host:port` from what clients keep of their options; undefined when there is none. */
export function peerOf(given: string | undefined, ...places: readonly unknown[]): string | undefined {
  if (given !== undefined) return given;
  for (const place of places) {
    if (typeof place !== 'object' || place === null) continue;
    const { host, port } = place as { host?: unknown; port?: unknown };
    if (typeof host !== 'string' || host === '') continue;
    if (typeof port === 'number' || typeof port === 'string') return `${host}:${port}`;
  }
  return undefined;
}
