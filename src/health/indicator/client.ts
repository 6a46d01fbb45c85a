// What clients of other people's have in common.

/** Part of Node.js's EventEmitter. */
export interface Emitter {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * An `error` that nobody listens to ends the process: when a database dies, that would be the supervisor. What is wrong the
 * next check says.
 */
export function surviveErrors(client: object): void {
  if ('on' in client && typeof client.on === 'function') (client as Emitter).on('error', () => {});
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
