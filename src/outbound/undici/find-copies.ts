// Finds each copy of undici in the process: its versions differ, and each has dispatchers of its own.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';

/** What every dispatcher of a copy inherits `dispatch` from: the prototype of its `DispatcherBase`. */
export type DispatcherPrototype = Record<'dispatch', (...values: unknown[]) => unknown>;

/** The file of that class; the same from version 5 to 8. */
const BASE_FILE = /(?:^|[\\/])dispatcher-base(?:\.js)?$/;

/** Where copies of undici share their dispatcher: version 8, and earlier ones. */
const SHARED = [Symbol.for('undici.globalDispatcher.2'), Symbol.for('undici.globalDispatcher.1')];

/** How a copy is found. */
export interface CopySearch {
  /** Looks at the dispatcher that `fetch` and undici share: the one of Node.js is made when it is first needed. */
  lookAtShared(): void;
  stop(): void;
}

/** @param found Is called at least once for each copy. */
export function findCopies(found: (prototype: DispatcherPrototype) => void): CopySearch {
  const lookAt = (dispatcher: unknown): void => {
    const prototype = basePrototypeOf(dispatcher);
    if (prototype !== undefined) found(prototype);
  };
  const byModule = (message: unknown): void => {
    const { id, result } = message as { readonly id?: unknown; readonly result?: unknown };
    if (typeof id === 'string' && BASE_FILE.test(id)) lookAt((result as { prototype?: unknown })?.prototype);
  };
  // A copy inside of a bundle is no module: it shows when it has opened its first connection.
  const byConnection = (message: unknown): void => {
    const { socket } = message as { readonly socket?: object };
    for (const part of partsOf(socket)) lookAt(part);
  };
  let shared: readonly unknown[] = [];
  const lookAtShared = (): void => {
    const now = SHARED.map((symbol) => (globalThis as Record<symbol, unknown>)[symbol]);
    if (now.every((dispatcher, i) => dispatcher === shared[i])) return;
    shared = now;
    for (const dispatcher of now) lookAt(dispatcher);
  };
  const { cache } = createRequire(import.meta.url);
  for (const file in cache) {
    if (BASE_FILE.test(file)) lookAt((cache[file]?.exports as { prototype?: unknown })?.prototype);
  }
  lookAtShared();
  subscribe('tracing:module.require:end', byModule);
  subscribe('undici:client:connected', byConnection);
  return {
    lookAtShared,
    stop: () => {
      unsubscribe('tracing:module.require:end', byModule);
      unsubscribe('undici:client:connected', byConnection);
    },
  };
}

/** What may be the client of a connection: undici keeps it, or a parser that has it, on the socket. */
function partsOf(socket: object | undefined): unknown[] {
  if (typeof socket !== 'object' || socket === null) return [];
  return Object.getOwnPropertySymbols(socket).flatMap((symbol) => {
    const value = (socket as Record<symbol, unknown>)[symbol];
    return typeof value === 'object' && value !== null ? [value, (value as { client?: unknown }).client] : [];
  });
}

/** The topmost object that a dispatcher inherits from and that dispatches. Wrappers around dispatchers have no such. */
function basePrototypeOf(dispatcher: unknown): DispatcherPrototype | undefined {
  let found: DispatcherPrototype | undefined;
  let each: unknown = dispatcher;
  while (typeof each === 'object' && each !== null) {
    if (['dispatch', 'destroyed', 'closed'].every((name) => Object.hasOwn(each as object, name))) {
      found = each as DispatcherPrototype;
    }
    each = Object.getPrototypeOf(each);
  }
  return found;
}
