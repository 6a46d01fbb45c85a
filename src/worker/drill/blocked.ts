// Faults that keep the main thread busy. Each looks at its lease a few times a second, since nothing else can stop it.
import type { Lease } from './lease.ts';

/** How long the loop runs between two looks at its lease, in ms. */
const SPIN_MS = 20;

/** Minimum time that one match takes, in ms: long enough that the process does hardly anything else. */
const MATCH_MS = 50;

/** Each further letter doubles the time that the match takes. */
const BACKTRACKS = /^(a+)+$/;

/** Computes and does not return to the event loop. */
export function blockLoop(lease: Lease): void {
  while (lease.isHeld) {
    const untilMs = performance.now() + SPIN_MS;
    while (performance.now() < untilMs);
  }
}

/** Matches an expression that backtracks exponentially, again and again. */
export function matchForever(lease: Lease): void {
  let letters = 16;
  while (lease.isHeld) {
    const startedMs = performance.now();
    BACKTRACKS.test(`${'a'.repeat(letters)}!`);
    if (performance.now() - startedMs < MATCH_MS) letters += 1;
  }
}
