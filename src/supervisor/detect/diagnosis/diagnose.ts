import { mb, percent, seconds } from '../../../core/units.ts';
import { duration } from '../detectors/figures.ts';
import type { WaitingCalls } from '../probes/index.ts';
import type { Finding } from '../detectors/index.ts';
import type { Circumstances, Mark, Trouble } from './circumstances.ts';

/** From this share of the old generation in use on, a loop that stands still does so because it collects garbage in vain. */
const HEAP_FULL = 0.9;

/** The same for a process that was ended: the last report may be a quarter of a second old. */
const HEAP_WAS_FULL = 0.8;

/** More processes than that for each processor want to run: worth saying. */
const CROWDED = 2;

/**
 * One cause with the facts that led to it. What a detector, or the end of a process, has shown is taken for the cause unless
 * something else explains it. Pure.
 */
export function diagnose(draft: Finding, circumstances: Circumstances): Finding {
  const found = explain(draft, circumstances);
  return { ...found, facts: [...found.facts, ...surroundings(circumstances)] };
}

function explain(draft: Finding, circumstances: Circumstances): Finding {
  switch (draft.cause) {
    // Too much to do is no fault: refusing what is too much is what admission is for.
    case 'overload':
      return { ...draft, severity: 'warning' };
    case 'stuck-requests':
      return explainStuck(draft, circumstances);
    case 'event-loop-blocked':
      return explainBlocked(draft, circumstances);
    case 'crash':
    case 'start-failed':
      return explainEnd(draft, circumstances);
    default:
      return draft;
  }
}

function explainStuck(
  draft: Finding,
  { peers, calls, waiting, troubles, triedBefore }: Circumstances,
): Finding {
  const [most] = peers;
  const [called] = calls;
  const named =
    (called === undefined ? '' : `; ${showCalls(called)}`) +
    (most === undefined ? '' : `; ${plural(most.count, 'connection')} to ${most.peer}, the peer of most`);
  const facts = [
    ...draft.facts,
    ...waiting.map(({ route, count, oldestMs }) => `${count} wait for ${route}, up to ${duration(oldestMs)}`),
    ...calls.slice(0, 5).map(showCalls),
    ...peers.slice(0, 5).map(({ peer, count }) => `${count} connected to ${peer}`),
  ];
  // The one that most of its connections lead to, or else any: requests that are stuck have to be stuck somewhere.
  const trouble =
    troubles.find(({ address }) => address !== undefined && address === most?.peer) ?? troubles[0];
  if (trouble !== undefined && draft.isAnsweredElsewhere !== true) {
    return {
      cause: trouble.kind === 'down' ? 'dependency-down' : 'dependency-slow',
      severity: 'unready',
      summary: `${draft.summary}${named}; ${showTrouble(trouble)}`,
      facts: [showTrouble(trouble), ...facts],
    };
  }
  const summary = draft.summary + named;
  // Where others are answered, a worker that is not serves no client: there is nothing to lose by replacing it again.
  if (triedBefore === undefined || draft.isAnsweredElsewhere === true) return { ...draft, summary, facts };
  const tried = `worker ${triedBefore.worker} was replaced for the same ${duration(triedBefore.agoMs)} ago, which did not help`;
  return {
    cause: 'dependency-slow',
    severity: 'unready',
    summary: `${summary}; ${tried}`,
    facts: [tried, ...facts],
  };
}

function explainBlocked(draft: Finding, { reports }: Circumstances): Finding {
  const report = reports.at(-1);
  if (report === undefined || report.oldGenerationBytes < HEAP_FULL * report.oldGenerationLimitBytes)
    return draft;
  const { oldGenerationBytes: used, oldGenerationLimitBytes: limit } = report;
  const heap = `${percent(used / limit)} of its heap is in use (${mb(used)} of ${mb(limit)} MB): it does nothing but collect garbage`;
  return {
    ...draft,
    cause: 'gc-death-spiral',
    summary: `${draft.summary}; ${heap}`,
    facts: [heap, ...draft.facts],
  };
}

/** The end of a process has a reason that its last words, and what was seen of it before, may tell. */
function explainEnd(draft: Finding, { reports, marks, fullDisks, troubles }: Circumstances): Finding {
  const as = (cause: Finding['cause'], why: string): Finding => ({
    ...draft,
    cause,
    summary: `${draft.summary}: ${why}`,
    facts: [why, ...draft.facts],
  });
  const has = (mark: Mark): boolean => marks.includes(mark);
  const report = reports.at(-1);
  const heapShare =
    report === undefined ? 0 : report.oldGenerationBytes / Math.max(1, report.oldGenerationLimitBytes);
  if (has('out-of-memory') || (draft.cause === 'crash' && heapShare >= HEAP_WAS_FULL)) {
    const share = report === undefined ? '' : `, ${percent(heapShare)} of which was in use`;
    return as('gc-death-spiral', `it ran out of heap${share}`);
  }
  if (has('too-many-files')) return as('descriptors-exhausted', 'it had no file descriptor left');
  const [disk] = fullDisks;
  if (has('no-space') || disk !== undefined) {
    return as('disk-full', `no room is left on the disk${disk === undefined ? '' : ` of ${disk.path}`}`);
  }
  const down = troubles.find(({ kind }) => kind === 'down');
  if (down !== undefined && has('connection-refused')) return as('dependency-down', showTrouble(down));
  return draft;
}

/** Facts that are worth knowing whatever the cause is. */
function surroundings({ reports, cpu, fullDisks, memory, troubles }: Circumstances): string[] {
  const facts: string[] = [];
  const starvedMs = reports.reduce((sum, report) => sum + report.starvedMs, 0);
  if (starvedMs >= 1000) facts.push(`its main thread waited ${seconds(starvedMs)} for a processor lately`);
  if (cpu !== undefined && cpu.load >= CROWDED * cpu.cores) {
    facts.push(`the load of the machine is ${cpu.load.toFixed(1)} on ${cpu.cores} cores`);
  }
  if (memory !== undefined && memory.usedBytes >= HEAP_FULL * memory.limitBytes) {
    facts.push(
      `${percent(memory.usedBytes / memory.limitBytes)} of the memory of the ${memory.source} is used`,
    );
  }
  for (const disk of fullDisks) facts.push(`the disk of ${disk.path} has ${mb(disk.freeBytes)} MB left`);
  for (const trouble of troubles) facts.push(showTrouble(trouble));
  return [...new Set(facts)];
}

function showCalls({ origin, count }: WaitingCalls): string {
  return `${plural(count, 'call')} to ${origin} ${count === 1 ? 'waits' : 'wait'} for a response`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function showTrouble({ name, kind, address, detail }: Trouble): string {
  const where = address === undefined ? name : `${name} (${address})`;
  return `${where} is ${kind}${detail === undefined ? '' : `: ${detail}`}`;
}
