import type { EventEmitter } from 'node:events';

/**
 * The listeners that an emitter has for an event stay when the user's code calls `removeAllListeners()` for all events, as some scripts do
 * with `process`. Without those of its channel a worker would never hear that it is to stop.
 */
export function keepListeners(emitter: EventEmitter, event: string): void {
  const kept = emitter.rawListeners(event) as ((...args: unknown[]) => void)[];
  const { removeAllListeners } = emitter;
  emitter.removeAllListeners = function removeAllButKept(
    this: EventEmitter,
    ...events: [] | [string | symbol]
  ): EventEmitter {
    removeAllListeners.apply(this, events);
    if (this !== emitter) return this;
    const left = new Set(emitter.rawListeners(event));
    for (const listener of kept) if (!left.has(listener)) emitter.on(event, listener);
    return this;
  };
}
