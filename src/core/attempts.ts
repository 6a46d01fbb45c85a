// Attempts that a client sends. Where the configuration has the client act on all calls of a process, these must not become calls once more: a
// call through `createClient()`, or one of `fetch`, ends in a dispatcher of undici or in node:http. Costs nothing where the configuration does not do that.
import { AsyncLocalStorage } from 'node:async_hooks';

interface Attempt {
  /** The context outlives its attempt in the sockets that were opened for it. */
  isUnderWay: boolean;
}

type Storage = AsyncLocalStorage<Attempt>;

/** Global: `respite run` may be another copy of this package than the one that the user's code imports. */
const kAttempts: unique symbol = Symbol.for('respite.attempts');
const kAttempt: unique symbol = Symbol.for('respite.attempt');

const holder = process as { [kAttempts]?: Storage };

/** From now on `asAttempt()` marks what it sends. */
export function recognizeAttempts(): void {
  holder[kAttempts] ??= new AsyncLocalStorage();
}

/** Sends an attempt. */
export function asAttempt<T>(send: () => Promise<T>): Promise<T> {
  const storage = holder[kAttempts];
  return storage === undefined ? send() : sendIn(storage, send);
}

async function sendIn<T>(storage: Storage, send: () => Promise<T>): Promise<T> {
  const attempt: Attempt = { isUnderWay: true };
  try {
    return await storage.run(attempt, send);
  } finally {
    attempt.isUnderWay = false;
  }
}

/** Marks a request of undici's dispatchers: queues of pools lose the context. */
export function markAttempt<T extends object>(request: T): T {
  return holder[kAttempts] === undefined ? request : { ...request, [kAttempt]: true };
}

/** Whether the running code sends an attempt. @param request Of undici's dispatchers. */
export function isAttempt(request?: object): boolean {
  if (request !== undefined && (request as { readonly [kAttempt]?: unknown })[kAttempt] === true) return true;
  return holder[kAttempts]?.getStore()?.isUnderWay === true;
}

const unsent = new WeakSet();

/** Remembers a request that was held back: it looks like one that a server has answered. */
export function markUnsent(request: object): void {
  unsent.add(request);
}

export function isUnsent(request: object): boolean {
  return unsent.has(request);
}
