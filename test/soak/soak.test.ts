// An hour of random faults under traffic: does anything remain for a person? `npm run soak`; not part of `npm test`.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Incident } from '../../src/supervisor/index.ts';
import { request } from '../harness/http.ts';
import { respite } from '../harness/respite.ts';
import { below, printedRandom } from '../harness/seed.ts';
import { PATIENCE_MS, Users } from './users.ts';

const MINUTES = Number(process.env['RESPITE_TEST_SOAK_MINUTES'] ?? 60);
const FAULT_EVERY_MS = 1000 * Number(process.env['RESPITE_TEST_SOAK_EVERY_SECONDS'] ?? 30);
/** Between two requests of a user, in ms. */
const PAUSE_MS = 50;
/** From a fault to its end, the slowest detector and the time that a new worker has to stay up included, in ms. */
const MOST_MS = 120_000;
const WORKERS = 3;
/** Share of the supervisor's memory by which the last third of the run may be above the second one. */
const FLAT = 0.1;
/** The first third has to be this long, in minutes: until then V8 enlarges its young generation, by 30 MB at once. */
const WARM_MINUTES = 5;
/** Most memory of a supervisor in a shorter run, in KB: twice what it takes with a console, and one such step. */
const MOST_KB = 200 * 1024;

/** What a fault may be called. A worker that is killed from outside, the kernel excepted, is of no known cause. */
const CAUSES: Readonly<Record<string, readonly Incident['cause'][]>> = {
  exit: ['crash'],
  throw: ['crash'],
  reject: ['crash'],
  abort: ['crash'],
  segv: ['crash'],
  kill: ['unknown'],
  block: ['event-loop-blocked'],
  stick: ['stuck-requests'],
  leak: ['gc-death-spiral', 'memory-leak'],
  close: ['server-closed'],
};
const KINDS = Object.keys(CAUSES);

interface Fault {
  readonly kind: string;
  readonly pid: number;
  /** Of the worker; undefined when it was so new that nothing had been seen of it. */
  readonly slot: number | undefined;
  readonly atMs: number;
}

test(`${MINUTES} minutes, a random fault every ${FAULT_EVERY_MS / 1000} s, sometimes two at once`, async (t) => {
  const random = printedRandom(t);
  const running = respite(t, 'faults/anything.mjs', {
    options: ['--workers', String(WORKERS), '--heap', '160'],
    env: { PEER_PORT: String(await silentPeer(t)) },
  });
  const port = await running.port();
  await running.ready();
  const endsMs = Date.now() + MINUTES * 60_000;
  const users = new Users(port, PAUSE_MS);
  const faults: Fault[] = [];
  const memoryKb: number[] = [];
  // Respite forgets the oldest.
  const seen = new Map<string, Incident>();
  const slots = new Map<number, number>();
  const look = async (): Promise<readonly Incident[]> => {
    const { incidents, workers } = await running.status();
    for (const incident of incidents) seen.set(incident.id, incident);
    for (const { pid, slot } of workers) slots.set(pid, slot);
    return [...seen.values()];
  };
  await look();
  while (Date.now() < endsMs) {
    for (let count = random() < 0.2 ? 2 : 1; count > 0; count -= 1) {
      const kind = KINDS[below(random, KINDS.length)] ?? 'exit';
      const caused = await cause(port, kind);
      if (caused === undefined) continue;
      const fault = { ...caused, slot: slots.get(caused.pid) };
      faults.push(fault);
      t.diagnostic(`${new Date(fault.atMs).toISOString()} ${kind} in ${fault.pid}, ${users.summary()}`);
    }
    memoryKb.push(residentKb(running.pid));
    await delay(FAULT_EVERY_MS);
    await look();
  }
  // The slowest detectors take longer than the time between two faults.
  const lastMs = faults.at(-1)?.atMs ?? 0;
  const incidents = await running.until(
    'the end of all incidents',
    async () => {
      const all = await look();
      const isOver = all.every(({ endedAtMs }) => endedAtMs !== undefined);
      const isComplete = unexplained(faults, all).length === 0 || Date.now() > lastMs + MOST_MS;
      return isOver && isComplete && all;
    },
    2 * MOST_MS,
    1000,
  );
  await running.ready();
  await users.stop();
  const { begun } = (await running.status()).quarantine;

  assert.ok(faults.length >= MINUTES, `${faults.length} faults`);
  assert.deepEqual(unexplained(faults, incidents), [], running.transcript());
  const beside = users.failures.filter(({ atMs }) => !isDuringFault(atMs, faults, incidents));
  t.diagnostic(
    `${faults.length} faults, ${incidents.length} incidents; ${users.summary()}; ${beside.length} beside the faults`,
  );
  t.diagnostic(`memory of the supervisor, MB: ${memoryKb.map((kb) => Math.round(kb / 1024)).join(' ')}`);
  assert.ok(beside.length <= 0.001 * users.requests, JSON.stringify(beside.slice(0, 20)));
  // Each fault comes when its request was answered: whatever is at work by then is innocent.
  assert.equal(begun, 0, 'false quarantines');
  const isBounded = MINUTES / 3 < WARM_MINUTES ? Math.max(...memoryKb) <= MOST_KB : isFlat(memoryKb);
  assert.ok(isBounded, `memory of the supervisor: ${memoryKb.join(' ')} KB`);
  assert.equal((await running.stop()).code, 0);
});

/** Accepts, and never says a word. */
async function silentPeer(t: TestContext): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** @returns Undefined when the request met a worker that is faulty already. */
async function cause(port: number, kind: string): Promise<Omit<Fault, 'slot'> | undefined> {
  try {
    const { body } = await request(port, {
      path: `/fault/${kind}`,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const { pid } = JSON.parse(body) as { pid: number };
    return { kind, pid, atMs: Date.now() };
  } catch {
    return undefined;
  }
}

/** Faults without an incident of the right cause, and incidents without a fault. */
function unexplained(faults: readonly Fault[], incidents: readonly Incident[]): string[] {
  const pids = new Set(faults.map(({ pid }) => pid));
  const without = [...pids].flatMap((pid) => {
    const own = faults.filter((fault) => fault.pid === pid);
    const kinds = own.map(({ kind }) => kind);
    // A replacement that fails before it has proved itself belongs to the incident of its slot.
    const found = incidents
      .filter(
        ({ worker, ...incident }) =>
          worker.pid === pid || own.some((fault) => isOpenFor(fault, worker.slot, incident)),
      )
      .map((incident) => incident.cause);
    const isFound = kinds.some((kind) => found.some((each) => CAUSES[kind]?.includes(each)));
    return isFound ? [] : [`${kinds.join(' and ')} in ${pid}: ${found.join(', ') || 'no incident'}`];
  });
  const more = incidents
    .filter(({ worker }) => !pids.has(worker.pid))
    .map(({ summary }) => `no fault: ${summary}`);
  return [...without, ...more];
}

function isOpenFor(
  { slot, atMs }: Fault,
  incidentSlot: number,
  { openedAtMs, endedAtMs = Infinity }: Pick<Incident, 'openedAtMs' | 'endedAtMs'>,
): boolean {
  return slot === incidentSlot && openedAtMs <= atMs && atMs <= endedAtMs;
}

/** A request may be lost to a worker that is faulty, from the fault to the end of its incident. */
function isDuringFault(atMs: number, faults: readonly Fault[], incidents: readonly Incident[]): boolean {
  return faults.some((fault) => {
    const incident = incidents.find(({ worker }) => worker.pid === fault.pid);
    const overMs = incident?.endedAtMs ?? fault.atMs + MOST_MS;
    return atMs >= fault.atMs - PATIENCE_MS && atMs <= overMs;
  });
}

function residentKb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
}

/** The first third is that of a process which still compiles and fills its history. */
function isFlat(values: readonly number[]): boolean {
  const third = Math.floor(values.length / 3);
  if (third === 0) return true;
  const mean = (some: readonly number[]): number => some.reduce((sum, value) => sum + value, 0) / some.length;
  return mean(values.slice(-third)) <= (1 + FLAT) * mean(values.slice(third, -third));
}
