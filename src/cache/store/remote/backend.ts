// What a store outside of this process must be able to do.
import type { MaybePromise } from '../contract.ts';

/** What stands at a key of a backend. */
export interface BackendValue {
  /** Names this state of the key: no other state of it ever has the same. Up to 64 characters without spaces. */
  readonly token: string;
  /** Empty for a lease. */
  readonly bytes: Buffer;
}

/**
 * The seven operations on single keys that a store for several processes is made of; see `remoteStore`. Keys are short (up to 130
 * characters: letters, digits, `.`, `_`, `:` and `-`), and one that has expired is as if it had never been there.
 *
 * Each operation takes effect at once or not at all, whatever other processes do meanwhile. Any of them may fail by rejecting. Time-outs
 * are not their business.
 */
export interface Backend {
  /** What stands at the key; undefined for nothing. */
  read(key: string): Promise<BackendValue | undefined>;
  /**
   * What stands at the key. Where nothing does, leaves a lease: a value without bytes, with a token of its own, which lasts for
   * `ttlMs`. So two who find nothing at the same time find the same lease.
   */
  lease(key: string, ttlMs: number): Promise<BackendValue>;
  /** Puts bytes where nothing stands, and gives them a new token. False if something stands there, also a lease. */
  add(key: string, bytes: Buffer, ttlMs: number): Promise<boolean>;
  /** Puts bytes in place of what has the token, and gives them a new one. False if something else stands there, or nothing. */
  replace(key: string, token: string, bytes: Buffer, ttlMs: number): Promise<boolean>;
  /** As `replace`, but only in place of the first `length` bytes: the rest stays. */
  splice(key: string, token: string, start: Buffer, length: number, ttlMs: number): Promise<boolean>;
  /** Removes what stands at the key, also a lease. When it has resolved, no other process finds it any more. */
  remove(key: string): Promise<void>;
  /** Ends what the backend has begun itself. */
  close(): MaybePromise<void>;
}
