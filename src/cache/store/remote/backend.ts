// What a store outside of this process must be able to do.
import type { MaybePromise } from '../contract.ts';

/** What stands at a key of a backend. */
export interface Held {
  /** Names this state of the key: no other state of it ever has the same. */
  readonly token: string;
  /** Nothing in it: a lease. */
  readonly bytes: Buffer;
}

/**
 * The few operations on single keys that a {@link RemoteStore} is made of. Keys are short, and safe in every protocol.
 * Any of them may fail; time-outs are not their business.
 */
export interface Backend {
  read(key: string): Promise<Held | undefined>;
  /** What stands there; where nothing does, a lease is left, which lasts for some time. */
  lease(key: string, ttlMs: number): Promise<Held>;
  /** Puts bytes where nothing stands; false if something does. */
  add(key: string, bytes: Buffer, ttlMs: number): Promise<boolean>;
  /** Puts bytes in place of what has the token, at once or not at all. */
  replace(key: string, token: string, bytes: Buffer, ttlMs: number): Promise<boolean>;
  /** Puts `start` in place of the first `length` bytes of what has the token, at once or not at all. */
  splice(key: string, token: string, start: Buffer, length: number, ttlMs: number): Promise<boolean>;
  remove(key: string): Promise<void>;
  close(): MaybePromise<void>;
}
