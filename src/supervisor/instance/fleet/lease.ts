import { runWith, type RunCommand } from './client.ts';
import type { ResolvedFleetOptions } from './options.ts';

/** `unreachable`: Redis did not answer in time, or with an error. */
export type LeaseAnswer = 'granted' | 'denied' | 'unreachable';

/** An instance that waits longer for Redis than this goes on alone: a Redis that hangs must not keep it from healing. */
const TIMEOUT_MS = 500;

/** An instance says so often that it is there, */
export const HEARTBEAT_MS = 5000;
/** and is no part of the fleet any more when nothing was heard of it for this time. */
const MEMBER_MS = 3 * HEARTBEAT_MS;

/**
 * Two sorted sets: who is there (by when they were last heard of), and who heals (by when their lease ends). Redis' own clock
 * decides, since those of the instances differ.
 */
const HEARTBEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

/** Answers 1 when the lease is ours. At least one of the fleet may always heal. */
const ACQUIRE = `${HEARTBEAT}
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local most = math.max(1, math.floor(redis.call('ZCARD', KEYS[1]) * ARGV[3] + 1e-9))
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) and redis.call('ZCARD', KEYS[2]) >= most then return 0 end
redis.call('ZADD', KEYS[2], now + ARGV[4], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 1
`;

/** A fleet's agreement on who heals now, as seen by one of its instances. */
export class FleetLease {
  readonly #run: RunCommand;
  readonly #id: string;
  readonly #keys: readonly [members: string, healing: string];
  readonly #share: string;
  readonly #leaseMs: string;
  #isBeating = false;

  /** @param id Of this instance, unlike all others. */
  constructor({ client, name, share, leaseMs }: ResolvedFleetOptions, id: string) {
    this.#run = runWith(client);
    this.#id = id;
    // The braces put both keys into the same slot of a cluster.
    this.#keys = [`respite:fleet:{${name}}:members`, `respite:fleet:{${name}}:healing`];
    this.#share = String(share);
    this.#leaseMs = String(leaseMs);
  }

  /** Says that this instance is there. Never rejects. */
  async beat(): Promise<void> {
    // A client that waits for its server would collect them.
    if (this.#isBeating) return;
    this.#isBeating = true;
    const [members] = this.#keys;
    await this.#run(['EVAL', HEARTBEAT, '1', members, this.#id, String(MEMBER_MS)]).catch(() => undefined);
    this.#isBeating = false;
  }

  /** Asks once. What was granted ends by itself after `leaseMs`. Never rejects. */
  async acquire(): Promise<LeaseAnswer> {
    const [members, healing] = this.#keys;
    const args = [this.#id, String(MEMBER_MS), this.#share, this.#leaseMs];
    const answer = await this.#inTime(['EVAL', ACQUIRE, '2', members, healing, ...args]);
    if (answer === undefined) return 'unreachable';
    return Number(answer) === 1 ? 'granted' : 'denied';
  }

  /** Lets others heal. Never rejects. */
  async release(): Promise<void> {
    await this.#inTime(['ZREM', this.#keys[1], this.#id]);
  }

  /** Is no part of the fleet any more. Never rejects. */
  async leave(): Promise<void> {
    await Promise.all([this.release(), this.#inTime(['ZREM', this.#keys[0], this.#id])]);
  }

  /** Undefined when there was no answer in time, or an error. */
  async #inTime(args: readonly string[]): Promise<unknown> {
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), TIMEOUT_MS);
    try {
      return await Promise.race([late, this.#run(args)]);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}
