// Users are divided into cohorts, so that under overload some are served well rather than all badly, and the same ones
// all the time that one task of theirs needs: DAGOR (Zhou et al., "Overload Control for Scaling WeChat Microservices", 2018).
import { COHORTS } from './level.ts';

/** How long a cohort keeps its place in the line, in DAGOR and here. */
const ROTATION_MS = 3_600_000;

/** Characters of an identity that count, from its end: a token's signature is there, and this bounds what a hash costs. */
const IDENTITY_CHARS = 256;

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** 128 divided by the golden ratio, made odd: consecutive numbers land far apart, and 128 in a row land everywhere. */
const STRIDE = 79;

/** The cohort, 0 to 127, of a user. Not cryptographic: a caller that knows the salt can choose an identity that suits. */
export function cohortOf(identity: string, salt: number): number {
  // FNV alone leaves identities that differ in their last character close to each other.
  return mix(fnv(identity, FNV_OFFSET ^ mix(salt))) >>> 25;
}

function fnv(text: string, basis: number): number {
  let hash = basis;
  for (let i = Math.max(0, text.length - IDENTITY_CHARS); i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  }
  return hash;
}

/** The salt of the hour, so that no user is always first to go. Processes with the same seed agree on it. */
export function saltAt(nowMs: number, seed: number): number {
  return mix(seed) ^ Math.trunc(nowMs / ROTATION_MS);
}

/** A number that stands for a salt given as text. */
export function seedOf(salt: string): number {
  return mix(fnv(salt, FNV_OFFSET));
}

/** Gives requests their cohorts. */
export class Cohorts {
  readonly #seed: number;
  #salt = 0;
  #count = 0;

  /** @param seed The same in all instances of a service, so that a user meets the same fate in each. */
  constructor(seed: number, nowMs: number) {
    this.#seed = seed;
    this.rotate(nowMs);
  }

  /** Takes up the salt of the hour. `nowMs` is wall-clock time, so that instances rotate together. */
  rotate(nowMs: number): void {
    this.#salt = saltAt(nowMs, this.#seed);
  }

  /** The user's cohort; for a request of no user in particular the next one in a fixed, scattered order. */
  of(identity: string | undefined): number {
    if (identity !== undefined) return cohortOf(identity, this.#salt);
    this.#count = (this.#count + STRIDE) % COHORTS;
    return this.#count;
  }
}

/** The finalizer of MurmurHash3: every bit of the input changes half of those of the output. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
