// What Respite itself says of an incident.
import type { Incident } from '../../../src/supervisor/index.ts';
import type { RunningRespite } from '../harness/respite.ts';

/** Waits until there is an incident that has ended, and no other. */
export async function endedIncident(running: RunningRespite): Promise<Incident> {
  return running.untilStatus('one incident that has ended', ({ incidents: [incident, ...others] }) =>
    others.length === 0 && incident?.endedAtMs !== undefined ? incident : undefined,
  );
}

/** The steps of an incident as one text, for looking at their order. */
export function steps(incident: Incident): string {
  return incident.steps.map(({ what }) => what).join('\n');
}
