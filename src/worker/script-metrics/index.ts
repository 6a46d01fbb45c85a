// What the script measures with prom-client. Loaded when the supervisor first asks.
import type { ToSupervisor } from '../protocol.ts';
import { findRegistries } from './find-registries.ts';
import { readRegistries } from './read-registries.ts';

/** Questions that come while `collect` functions of the script are still at work get the same answer. */
let pending: Promise<ToSupervisor> | undefined;

/** Answers the supervisor's question. Never rejects. */
export async function answerMetrics(tell: (message: ToSupervisor) => void): Promise<void> {
  pending ??= read().finally(() => (pending = undefined));
  tell(await pending);
}

async function read(): Promise<ToSupervisor> {
  try {
    return { kind: 'script-metrics', ...(await readRegistries(findRegistries())), problem: undefined };
  } catch (error) {
    return { kind: 'script-metrics', families: [], leftOut: 0, problem: String(error).slice(0, 1000) };
  }
}
