/** What a pool lends, and how it is given back. */
export interface Lease<Connection> {
  readonly acquire: () => Promise<Connection>;
  /** It works: others may have it. */
  readonly release: (connection: Connection) => void;
  /** It hangs or is broken: ends it. Must not throw. */
  readonly destroy: (connection: Connection) => void;
}

/**
 * Uses a connection of a pool. When the signal aborts while it is in use, the connection is ended, since nobody knows when it will
 * answer; one that the pool hands out after that goes straight back.
 */
export async function useLease<Connection, T>(
  lease: Lease<Connection>,
  signal: AbortSignal,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await lease.acquire();
  if (signal.aborted) {
    lease.release(connection);
    throw signal.reason;
  }
  // Not all clients settle what was under way when their connection is destroyed.
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const result = await Promise.race([use(connection), aborted]);
    lease.release(connection);
    return result;
  } catch (error) {
    lease.destroy(connection);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
