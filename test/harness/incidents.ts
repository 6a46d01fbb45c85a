// What Respite itself says of an incident.
import type { Incident } from '../../src/supervisor/index.ts';
import { Load, type LoadReport } from './load.ts';
import { type RunningRespite, STATUS_PAUSE_MS } from './respite.ts';
import { DEADLINE_MS } from './until.ts';

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
    2 * STATUS_PAUSE_MS,
  );
}

/**
 * Keeps a light load on the port until a worker is being replaced, then the full one until the incident has ended.
 * `fault` begins when the light load is there.
 */
export async function underLoad<T>(
  running: RunningRespite,
  port: number,
  fault: () => Promise<T>,
  deadlineMs: number,
): Promise<{ incident: Incident; load: LoadReport; began: T }> {
  const load = new Load(port, { pauseMs: 20 });
  try {
    const began = await fault();
    await running.until('a replacement', () => running.logged('replacing it')[0], deadlineMs);
    load.hurry();
    return { incident: await endedIncident(running), load: await load.stop(), began };
  } finally {
    await load.stop();
  }
}

/** The steps of an incident as one text, for looking at their order. */
export function steps(incident: Incident): string {
  return incident.steps.map(({ what }) => what).join('\n');
}
