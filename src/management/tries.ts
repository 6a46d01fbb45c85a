// How often a client may try a token. A wrong one is not answered faster than the bucket fills, so that guessing takes ages, and no
// list of addresses grows without bound.
import { isIPv6 } from 'node:net';

/** Maximum of wrong tokens in a row, then one in this time: from one address, and from all of them together. */
const PER_ADDRESS = { burst: 10, everyMs: 6000 };
const FROM_ALL = { burst: 100, everyMs: 600 };

const MOST_ADDRESSES = 1024;

/** An address that had the right token lately is not kept out by what others try. */
const MOST_KNOWN = 64;

/** Generic cell rate algorithm (ITU-T I.371): the time at which the bucket will be full again says all about it. */
interface Bucket {
  fullAtMs: number;
}

export class Tries {
  readonly #all: Bucket = { fullAtMs: 0 };
  /** Only those that are not full, the one that failed last at the end. */
  readonly #byAddress = new Map<string, Bucket>();
  readonly #known = new Set<string>();

  /** How long to wait before the next try; 0 when it may be made. */
  waitMs(address: string, nowMs: number): number {
    const who = networkOf(address);
    const own = this.#byAddress.get(who);
    const wait = own === undefined ? 0 : waitOf(own, PER_ADDRESS, nowMs);
    return this.#known.has(who) ? wait : Math.max(wait, waitOf(this.#all, FROM_ALL, nowMs));
  }

  failed(address: string, nowMs: number): void {
    const who = networkOf(address);
    const own = this.#byAddress.get(who) ?? { fullAtMs: 0 };
    this.#byAddress.delete(who);
    this.#byAddress.set(who, own);
    take(own, PER_ADDRESS, nowMs);
    take(this.#all, FROM_ALL, nowMs);
    if (this.#byAddress.size > MOST_ADDRESSES) drop(this.#byAddress);
  }

  succeeded(address: string): void {
    const who = networkOf(address);
    this.#known.delete(who);
    this.#known.add(who);
    if (this.#known.size > MOST_KNOWN) drop(this.#known);
  }
}

function waitOf({ fullAtMs }: Bucket, { burst, everyMs }: typeof PER_ADDRESS, nowMs: number): number {
  return Math.max(0, fullAtMs - nowMs - (burst - 1) * everyMs);
}

function take(bucket: Bucket, { everyMs }: typeof PER_ADDRESS, nowMs: number): void {
  bucket.fullAtMs = Math.max(bucket.fullAtMs, nowMs) + everyMs;
}

/** The oldest. */
function drop(from: Map<string, unknown> | Set<string>): void {
  for (const key of from.keys()) {
    from.delete(key);
    return;
  }
}

/** A client with IPv6 has 2^64 addresses at the least (RFC 6177): they count as one. */
function networkOf(address: string): string {
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain) || plain.startsWith('::ffff:')) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - rest.length }, () => '0');
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':');
}
