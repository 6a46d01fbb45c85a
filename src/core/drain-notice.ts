// Tells the user's code that its process is about to end, before anything is closed. Kept on `process`, since `respite run` may be
// another copy of this package than the one that the user's code imports.
import { channel } from 'node:diagnostics_channel';

/** Message of `respite:worker:drain`, and what callbacks of {@link onDrain} get. */
export interface DrainNotice {
  /** The signal that the process will get when it is drained. */
  readonly signal: string;
  /** How long requests in flight have, in ms. */
  readonly timeoutMs: number;
  /**
   * Over how much time to spread the end of long-lived connections, in ms, so that their clients don't come back all at once:
   * close each after `Math.random() * spreadMs`.
   */
  readonly spreadMs: number;
}

/** May return a promise: the drain waits for it, up to its timeout. */
export type DrainCallback = (notice: DrainNotice) => unknown;

interface Drains {
  readonly callbacks: Set<DrainCallback>;
  /** Undefined until the process drains. */
  notice: DrainNotice | undefined;
}

const kDrains: unique symbol = Symbol.for('respite.drains');
const drainChannel = channel('respite:worker:drain');

function drains(): Drains {
  const holder = process as { [kDrains]?: Drains };
  return (holder[kDrains] ??= { callbacks: new Set(), notice: undefined });
}

/**
 * Calls back when this process begins to drain: time to close WebSockets (with status 1001) and event streams. Without
 * `respite run` that never happens. A callback that comes late is called at once.
 *
 * @returns Takes the callback away again.
 * @example
 * ```ts
 * import { onDrain } from 'respite';
 *
 * onDrain(({ spreadMs }) => {
 *   for (const socket of webSockets.clients) setTimeout(() => socket.close(1001), Math.random() * spreadMs);
 * });
 * ```
 */
export function onDrain(callback: DrainCallback): () => void {
  const { callbacks, notice } = drains();
  callbacks.add(callback);
  if (notice !== undefined) void call(callback, notice);
  return () => callbacks.delete(callback);
}

/** The process drains. Resolves when all callbacks have; an error of one is a warning, since the process ends anyway. */
export async function announceDrain(notice: DrainNotice): Promise<void> {
  const found = drains();
  found.notice = notice;
  if (drainChannel.hasSubscribers) drainChannel.publish(notice);
  await Promise.all([...found.callbacks].map((callback) => call(callback, notice)));
}

async function call(callback: DrainCallback, notice: DrainNotice): Promise<void> {
  try {
    await callback(notice);
  } catch (error) {
    process.emitWarning(`A callback of onDrain failed: ${String(error)}. The process drains without it.`, {
      code: 'RESPITE_DRAIN_CALLBACK',
    });
  }
}
