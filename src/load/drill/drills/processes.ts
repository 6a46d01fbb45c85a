// Workers that hang or end.
import type { Drill, Site } from '../contract.ts';
import { faultDrill, START_MS } from './faults.ts';

/** Time in which the end of a process is seen, in ms: on a busy machine too. */
const END_SEEN_MS = 5000;

/** Reports of the watchdog come four times a second; a busy machine delays them. */
const BLOCK_SEEN_MS = 5000;

const blocked = {
  lacks: ({ facts }: Site): string | undefined =>
    facts.detectMs.blockedLoop === undefined ? 'supervisor.detect.blockedLoop is switched off' : undefined,
  causes: ['event-loop-blocked'],
  detectedWithinMs: ({ facts }: Site): number => (facts.detectMs.blockedLoop ?? 0) + BLOCK_SEEN_MS,
  goodput: [0.2, 0.6],
} as const;

const ended = {
  detectedWithinMs: (): number => END_SEEN_MS,
  goodput: [0.3, 0.6],
  recoveredWithinMs: (): number => END_SEEN_MS + START_MS,
} as const;

export const PROCESS_DRILLS: readonly Drill[] = [
  faultDrill({
    ...blocked,
    name: 'blocked-loop',
    about: 'the event loop of a worker is blocked by a computation without an end',
    fault: { fault: 'blocked-loop' },
  }),
  faultDrill({
    ...blocked,
    name: 'regular-expression',
    about: 'the event loop of a worker is blocked by a regular expression that backtracks exponentially',
    fault: { fault: 'regular-expression' },
  }),
  faultDrill({
    ...ended,
    name: 'crash',
    about: 'a worker throws an error that nothing catches',
    fault: { fault: 'crash' },
    causes: ['crash'],
  }),
  faultDrill({
    ...ended,
    name: 'exit',
    about: 'a worker calls process.exit(1)',
    fault: { fault: 'exit' },
    causes: ['crash'],
  }),
  faultDrill({
    ...ended,
    name: 'kill',
    about: 'a worker is killed from outside',
    fault: { fault: 'kill' },
    // The sender of the signal is unknown, and Respite says so.
    causes: ['unknown'],
  }),
  faultDrill({
    ...ended,
    name: 'all-workers-dead',
    about: 'all workers are killed at once',
    fault: { fault: 'kill', everywhere: true },
    causes: ['unknown'],
    goodput: [0.3, 0.3],
  }),
];
