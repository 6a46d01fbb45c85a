// What Respite itself says of an incident.
import type { Incident } from '../../../src/supervisor/index.ts';
import type { RunningRespite } from '../harness/respite.ts';
import { DEADLINE_MS } from '../harness/until.ts';

/** Waits until there is an incident that has ended, and no other. */
export async function endedIncident(
  running: RunningRespite,
  deadlineMs: number = DEADLINE_MS,
): Promise<Incident> {
  return running.until(
    'one incident that has ended',
    async () => {
      const [incident, ...others] = (await running.status()).incidents;
      return others.length === 0 && incident?.endedAtMs !== undefined ? incident : undefined;
    },
    deadlineMs,
  );
}

/** The steps of an incident as one text, for looking at their order. */
export function steps(incident: Incident): string {
  return incident.steps.map(({ what }) => what).join('\n');
}
