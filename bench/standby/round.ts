// One fault of the only worker, under a request every few milliseconds.
import { setTimeout as delay } from 'node:timers/promises';
import { ManagementPort } from '../lib/management.ts';
import { type Ending, oneRequest } from '../lib/one-request.ts';
import { listen } from '../lib/server.ts';
import { until } from '../lib/until.ts';

/** What ails the worker. The paths are those of bench/servers/blocks.mjs. */
export const FAULTS = ['kill -9', 'blocked in a call', 'blocked in a loop'] as const;
export type Fault = (typeof FAULTS)[number];

const PATHS: Readonly<Record<Exclude<Fault, 'kill -9'>, string>> = {
  'blocked in a call': '/call',
  'blocked in a loop': '/loop',
};

const EVERY_MS = 5;
export const PATIENCE_MS = 30_000;
/** Below the kernel's accept queue (511 for Node.js), so that it is never full. */
const MAX_WAITING = 256;
/** The worker that blocks has taken the request by then, and accepts nothing else. */
const BLOCKS_AFTER_MS = 100;

export interface Round {
  /** Infinity: not within the patience of a client. */
  readonly servedMs: number;
  readonly refused: number;
  readonly reset: number;
  readonly unavailable: number;
}

export async function measure(fault: Fault, standbys: number): Promise<Round> {
  const options = ['--standby', String(standbys), '--incidents', 'off'];
  const { server, port } = await listen('respite', 'blocks.mjs', { options });
  try {
    const management = await ManagementPort.of(server);
    const worker = await until(
      'a worker and its standbys',
      async () => {
        const { workers } = await management.status();
        const waiting = workers.filter(({ state }) => state === 'standby').length;
        return waiting === standbys && workers.find(({ state }) => state === 'ready');
      },
      { everyMs: 50 },
    );
    // What is loaded late is loaded by then.
    await delay(1000);
    const startedMs = performance.now();
    if (fault === 'kill -9') process.kill(worker.pid, 'SIGKILL');
    else {
      void fetch(`http://127.0.0.1:${port}${PATHS[fault]}`).catch(() => {});
      await delay(BLOCKS_AFTER_MS);
    }
    const round = await untilServed(port, startedMs);
    // It would hold up the stop.
    if (fault !== 'kill -9') process.kill(worker.pid, 'SIGKILL');
    return round;
  } finally {
    await server.stop();
  }
}

async function untilServed(port: number, startedMs: number): Promise<Round> {
  const seen = { servedMs: Infinity, refused: 0, reset: 0, unavailable: 0 };
  const count = (ending: Ending): void => {
    if (ending.kind === 'answered') seen.servedMs = Math.min(seen.servedMs, performance.now() - startedMs);
    else if (ending.kind === 'refused' || ending.kind === 'reset') seen[ending.kind] += 1;
    else if (ending.kind === 'failed' && ending.why.includes(' 503 ')) seen.unavailable += 1;
  };
  const waiting = new Set<Promise<void>>();
  while (seen.servedMs === Infinity && performance.now() - startedMs < PATIENCE_MS) {
    if (waiting.size < MAX_WAITING) {
      const request: Promise<void> = oneRequest(port, PATIENCE_MS)
        .then(count)
        .finally(() => waiting.delete(request));
      waiting.add(request);
    }
    await delay(EVERY_MS);
  }
  await Promise.all(waiting);
  return seen;
}
