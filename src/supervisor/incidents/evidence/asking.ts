// What is asked of a worker that is still there, cheap first, each with its own deadline.
import { hasTrait } from '../../causes.ts';
import type { InFlightRoute } from '../../../worker/index.ts';
import type { Incident } from '../incident.ts';
import type { Captures } from '../../workers/process/captures.ts';
import { type Dossier, reasonOf } from './dossier.ts';
import { type Redact, redactAll } from '../../../core/redact.ts';

/** Far more than any of it takes on a machine that has time for it. */
const TIMEOUT_MS = 2000;

/** A second of samples at 1 ms says which functions are busy. */
const CPU_PROFILE_MS = 1000;

/** The loop is busy from here on. */
const BUSY = 0.8;

/** When the heap has not been sampled before: long enough for a leak to show, then again for more of it. */
const SAMPLED_AFTER_MS = [200, 800];

interface Asking {
  readonly captures: Captures;
  readonly incident: Incident;
  readonly dossier: Dossier;
  readonly redact: Redact;
  /** Resolves after this time, or rejects when there is no time left. */
  readonly pause: (ms: number) => Promise<void>;
  readonly onRequests: (requests: readonly InFlightRoute[]) => void;
}

export async function askWorker(asking: Asking): Promise<void> {
  const { captures, incident, dossier, redact, onRequests } = asking;
  const isAboutMemory = hasTrait(incident.cause, 'memory');
  const heap = isAboutMemory ? keepHeapProfile(asking) : undefined;
  await attempt(dossier, async () => {
    const requests = JSON.parse(
      await captures.request('requests', { timeoutMs: TIMEOUT_MS }),
    ) as InFlightRoute[];
    const kept = redactAll(requests, redact);
    onRequests(kept);
    await dossier.keep('requests.json', 'requests in flight, by route: JSON', pretty(kept));
  });
  await attempt(dossier, async () => {
    const report = JSON.parse(await captures.request('report', { timeoutMs: TIMEOUT_MS })) as unknown;
    const what = "Node.js's diagnostic report: JSON, without environment and network";
    await dossier.keep('diagnostic-report.json', what, pretty(redactAll(report, redact)));
  });
  const isBusy = incident.cause === 'event-loop-blocked' || (incident.report?.utilization ?? 0) >= BUSY;
  // It makes the heap grow, so not when that is what is wrong.
  if (isBusy && !isAboutMemory) {
    await attempt(dossier, async () => {
      const durationMs = CPU_PROFILE_MS;
      const profile = await captures.request('cpu-profile', {
        durationMs,
        timeoutMs: durationMs + TIMEOUT_MS,
      });
      const what = 'what its main thread did for a second: DevTools, Performance panel, or speedscope.app';
      await dossier.keep('worker.cpuprofile', what, redact(profile));
    });
  }
  await heap;
}

/** The later one is the better one, but the worker may be gone by then. */
async function keepHeapProfile({ captures, dossier, redact, pause }: Asking): Promise<void> {
  captures.sampleHeap();
  let problem: unknown;
  let hasOne = false;
  for (const ms of SAMPLED_AFTER_MS) {
    try {
      await pause(ms);
      const profile = await captures.request('heap-profile', { timeoutMs: TIMEOUT_MS });
      if (profile === '') continue;
      const what = 'which functions allocated what is alive: DevTools, Memory panel, or speedscope.app';
      await dossier.keep('worker.heapprofile', what, redact(profile));
      hasOne = true;
    } catch (error) {
      problem = error;
    }
  }
  if (!hasOne) dossier.lack(reasonOf(problem ?? 'no heap-profile of the worker: nothing was sampled'));
}

async function attempt(dossier: Dossier, what: () => Promise<void>): Promise<void> {
  await what().catch((error: unknown) => dossier.lack(reasonOf(error)));
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
