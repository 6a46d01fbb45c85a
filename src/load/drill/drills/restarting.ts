import { setTimeout as delay } from 'node:timers/promises';
import type { Management } from '../instance/management.ts';

const LOOK_EVERY_MS = 200;

/** Begins a rolling restart, and waits for its end. @returns Why it failed; undefined when it did not. */
export async function rollingRestart(
  management: Management,
  signal: AbortSignal,
  route: '/restart' | '/drill/bad-version' = '/restart',
): Promise<string | undefined> {
  const { status, body } = await management.post(route);
  if (status >= 300) return body.trim();
  const { id } = JSON.parse(body) as { readonly id: number };
  while (!signal.aborted) {
    const { lastRestart } = await management.status();
    if (lastRestart?.id === id && lastRestart.endedAtMs !== undefined) return lastRestart.problem;
    await delay(LOOK_EVERY_MS);
  }
  return 'interrupted';
}
