// An incident for the tests of this folder. Named like a test so that it is not published.
import type { Incident } from '../incident.ts';

export function incident(id: string, given: Partial<Incident> = {}): Incident {
  return {
    id,
    cause: 'event-loop-blocked',
    summary: 'the event loop of worker 1 has been blocked for 5.0 s since GET /a, in spin (/srv/a.js:7)',
    worker: { id: 1, slot: 1, pid: 42 },
    openedAtMs: 1000,
    endedAtMs: undefined,
    steps: [{ atMs: 1000, what: 'has not turned' }],
    facts: ['last request: GET /a'],
    report: undefined,
    stack: undefined,
    ...given,
  };
}

/** The same incident when it is over. */
export function over(one: Incident, endedAtMs: number = 2000, what: string = 'replaced'): Incident {
  return {
    ...one,
    endedAtMs,
    outcome: 'recovered',
    steps: [...one.steps, { atMs: endedAtMs, what }],
  };
}
