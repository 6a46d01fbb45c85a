import { Pool } from 'undici';
import { balance, type Census } from '../storm/accounts.ts';
import { callFigures, quantile } from '../storm/call-figures.ts';
import { takeCensus } from '../storm/census.ts';
import type { SendersTick, UserCall } from '../storm/protocol.ts';
import { runStorm } from '../storm/run.ts';
import { seedMailboxes } from '../storm/seed-mailboxes.ts';
import { curvesOf, userFigures, type Sample } from './figures.ts';
import type { Mailbox } from './mailbox.ts';
import { treeMemoryBytes } from './memory.ts';
import { fetchReading } from './metrics.ts';
import type { ProgressLine } from './progress.ts';
import type { Side } from './run-data.ts';
import type { DemoStorm } from './storm-plan.ts';

const SAMPLE_INTERVAL_MS = 500;
const MAILS_BEFOREHAND = 12;
const CENSUS_TIMEOUT_MS = 15_000;

/**
 * Plays the storm against one running mailbox service and says what became of everybody. The service is stopped then,
 * unless it is to be kept.
 */
export async function playSide(
  name: string,
  mailbox: Mailbox,
  storm: DemoStorm,
  keep: boolean,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<Side> {
  const { plan, phases } = storm;
  const api = new Pool(mailbox.apiOrigin, { connections: 2 });
  try {
    progress.show(`${name}: filling mailboxes`);
    await seedMailboxes(api, plan.users, MAILS_BEFOREHAND, signal);

    let startAtMs = Date.now();
    let recent: readonly UserCall[] = [];
    let tick: SendersTick | undefined;
    const samples: Sample[] = [];
    const sampling = repeat(SAMPLE_INTERVAL_MS, async () => {
      const [memoryBytes, respite] = await Promise.all([
        treeMemoryBytes(mailbox.api.pid),
        mailbox.managementOrigin === undefined ? undefined : fetchReading(mailbox.managementOrigin),
      ]);
      const atMs = Date.now() - startAtMs;
      samples.push({ atMs, memoryBytes, respite });
      recent = recent.filter((call) => call.atMs > atMs - 3000);
      progress.show(describe(name, storm, atMs, recent, tick, memoryBytes));
    });
    const result = await runStorm(
      plan,
      mailbox,
      {
        onStart: (at) => {
          startAtMs = at;
        },
        onCalls: (calls) => {
          recent = [...recent, ...calls];
        },
        onSenders: (latest) => {
          tick = latest;
        },
      },
      signal,
    ).finally(() => sampling.stop());

    progress.show(`${name}: looking for every mail`);
    const apiEndedWith = mailbox.api.endedWith();
    if (!keep) await mailbox.stop();
    const census = await countMail(mailbox, plan.users);
    return {
      name,
      isProtected: mailbox.managementOrigin !== undefined,
      users: userFigures(result.calls, phases),
      mail: balance(result.records, census),
      memoryPeakBytes: Math.max(0, ...samples.map(({ memoryBytes }) => memoryBytes)),
      restarts: Math.max(0, ...samples.map(({ respite }) => respite?.restarts ?? 0)),
      apiEndedWith,
      generatorLagP99Ms: quantile(
        result.calls.map(({ lagMs }) => lagMs),
        0.99,
      ),
      curves: curvesOf(result.calls, result.senders, samples, plan.untilMs),
    };
  } finally {
    await api.destroy();
  }
}

/** What counts is what is on the disk, so a fresh API is asked: the stormy one may be dead, or busy for long. */
async function countMail(mailbox: Mailbox, users: readonly string[]): Promise<Census> {
  const fresh = await mailbox.reopen();
  const api = new Pool(fresh.apiOrigin, { connections: 1 });
  try {
    return await takeCensus(api, users, CENSUS_TIMEOUT_MS);
  } finally {
    await api.destroy();
    await fresh.stop();
  }
}

function describe(
  name: string,
  storm: DemoStorm,
  atMs: number,
  recent: readonly UserCall[],
  tick: SendersTick | undefined,
  memoryBytes: number,
): string {
  const phase = storm.phases.find(({ untilMs }) => atMs < untilMs)?.name ?? 'after';
  const { success, p99Ms } = callFigures(recent);
  return [
    `${name}: ${phase} ${Math.max(0, Math.round(atMs / 1000))}/${Math.round(storm.plan.untilMs / 1000)} s`,
    `users ${(success * 100).toFixed(0)} % ok, p99 ${p99Ms.toFixed(0)} ms`,
    `mail ${tick?.accepted ?? 0} in, ${tick?.queued ?? 0} waiting, ${tick?.refused ?? 0} refused`,
    `${(memoryBytes / 1e6).toFixed(0)} MB`,
  ].join(' | ');
}

/** Repeats without overlapping. */
function repeat(intervalMs: number, work: () => Promise<void>): { stop(): Promise<void> } {
  const abort = new AbortController();
  const loop = (async () => {
    while (!abort.signal.aborted) {
      await Promise.all([work(), new Promise((resolve) => setTimeout(resolve, intervalMs))]);
    }
  })();
  return {
    stop: () => {
      abort.abort();
      return loop;
    },
  };
}
