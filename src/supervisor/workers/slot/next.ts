// What an event does to a slot. Pure: time and chance are arguments, and what is to be done is returned. The invariants are in
// histories.test.ts and standby-histories.test.ts: a slot that is wanted is never empty without a time for its next start, one fault is one restart, and a worker
// that drains is in nobody's way.
import { Draft } from './draft.ts';
import type { End, Member, Moment, Next, SlotEvent, SlotRules, SlotState, Starting } from './state.ts';

const STOPPING = 'everything is stopping';

export function next(before: SlotState, event: SlotEvent, moment: Moment, rules: SlotRules): Next {
  const draft = new Draft(before, moment, rules);
  take(draft, event);
  draft.settle();
  return draft.result();
}

function take(draft: Draft, event: SlotEvent): void {
  const { state } = draft;
  switch (event.kind) {
    case 'start':
      if (state.isWanted) break;
      state.isWanted = true;
      state.isOnProbation = event.isFirst;
      draft.startAt(draft.nowMs, { kind: 'fill' });
      break;
    case 'spawned':
      if (state.starting === undefined) draft.dismiss(event.id);
      else state.starting = { ...state.starting, id: event.id, isWarm: event.isWarm };
      break;
    case 'spawn-failed':
      if (state.starting === undefined) break;
      startFailed(draft, state.starting, {
        how: `could not be started: ${event.problem}`,
        cause: 'exit',
        isFromOutside: false,
      });
      break;
    case 'ready':
      if (state.starting?.id === event.id) ready(draft, state.starting, event.id);
      break;
    case 'exited':
      exited(draft, event.id, event.end);
      break;
    case 'sick':
      if (state.isWanted && state.serving?.id === event.id) fallsSick(draft, state.serving, event.cause);
      break;
    case 'rejected':
      if (state.serving?.id === event.id) draft.rollBack(event.problem, true);
      break;
    case 'accepted':
      if (state.trial !== undefined && state.serving?.id === event.id)
        state.trial = { ...state.trial, untilMs: draft.nowMs };
      break;
    case 'collected':
      collected(draft, event.id);
      break;
    case 'renew':
      state.renewal = { trialMs: event.trialMs };
      if (!state.isWanted) draft.renewalFailed(STOPPING, undefined);
      break;
    case 'taken':
      taken(draft, event.id, event.isFromOutside);
      break;
    case 'retired':
      retired(draft);
      break;
    case 'granted':
      granted(draft);
      break;
    case 'stop':
      stop(draft, event.atOnce);
      break;
    case 'time':
  }
}

function ready(draft: Draft, starting: Starting, id: number): void {
  const { state, nowMs } = draft;
  const { purpose, sinceMs } = starting;
  const old = state.serving;
  draft.startEnds(starting);
  state.slowestStartMs = Math.max(state.slowestStartMs, nowMs - sinceMs);
  state.serving = { id, readyAtMs: nowMs, sick: undefined, isCollected: false };
  state.isOnProbation = false;
  if (old?.sick !== undefined) draft.act({ kind: 'counted', cause: old.sick });
  if (purpose.kind === 'renew' && purpose.trialMs > 0 && old !== undefined && old.sick === undefined) {
    state.trial = { old, untilMs: nowMs + purpose.trialMs };
    return;
  }
  if (old !== undefined) draft.leaves(old);
  if (purpose.kind === 'renew') draft.renewed();
  draft.backIfServed();
}

function fallsSick(draft: Draft, member: Member, cause: NonNullable<Member['sick']>): void {
  const { state } = draft;
  if (member.sick !== undefined) return;
  state.serving = { ...member, sick: cause };
  draft.faulty(member.id);
  if (state.trial !== undefined) {
    draft.rollBack(`the new worker would have to be replaced: ${cause}`, !member.isCollected);
    return;
  }
  // Whatever it was started for, the one that is on its way takes the place.
  if (state.starting !== undefined) return;
  const { delayMs, crashLoop, history } = draft.plan(member, false);
  draft.startAt(draft.nowMs + (crashLoop ? delayMs : 0), { kind: 'heal', cause });
  if (crashLoop && !draft.hasStandby) {
    draft.act({ kind: 'put-off', id: member.id, delayMs, recentFaults: history.recentMs.length });
  }
}

function collected(draft: Draft, id: number): void {
  const { state } = draft;
  if (state.serving?.id === id) state.serving = { ...state.serving, isCollected: true };
  if (state.leaving.find((each) => each.id === id)?.isTold !== false) return;
  state.leaving = state.leaving.map((each) => (each.id === id ? { id, isTold: true } : each));
  draft.act({ kind: 'drain', id });
}

/** Another slot has this one's worker. The next is started no sooner than the replacement of one that has ended would be. */
function taken(draft: Draft, id: number, isFromOutside: boolean): void {
  const { state } = draft;
  const { serving, starting } = state;
  if (serving?.id === id) state.serving = undefined;
  else if (starting?.id === id) draft.startEnds(starting);
  else return;
  state.fault = undefined;
  const { delayMs } = draft.plan(serving?.id === id ? serving : undefined, isFromOutside);
  if (state.isWanted && state.starting === undefined) draft.startAt(draft.nowMs + delayMs, { kind: 'fill' });
}

function retired(draft: Draft): void {
  const { state } = draft;
  const { serving, starting } = state;
  if (!state.isWanted) return;
  if (starting !== undefined) draft.startEnds(starting);
  state.serving = undefined;
  state.fault = undefined;
  for (const id of [serving?.id, starting?.id]) if (id !== undefined) draft.dismiss(id);
  draft.startAt(draft.nowMs, { kind: 'fill' });
}

function granted(draft: Draft): void {
  const { due, starting, serving } = draft.state;
  const canWait = draft.isStandby || serving !== undefined;
  const isWaiting = due?.hasAskedForTurn === true && starting === undefined && canWait;
  if (isWaiting && draft.nowMs >= due.atMs) draft.spawn(due.purpose, true);
  else draft.act({ kind: 'release-turn' });
}

function exited(draft: Draft, id: number, end: End): void {
  const { state } = draft;
  if (state.leaving.some((each) => each.id === id)) {
    state.leaving = state.leaving.filter((each) => each.id !== id);
    draft.ridOf(id);
  } else if (state.starting?.id === id) {
    startFailed(draft, state.starting, end);
  } else if (state.trial?.old.id === id) {
    // The new one serves alone: there is nothing to go back to.
    state.trial = undefined;
    draft.act({ kind: 'died', id, after: { kind: 'replacing' } });
    draft.renewed();
  } else if (state.serving?.id === id) {
    died(draft, state.serving, end);
  }
}

/** The one that served has ended. */
function died(draft: Draft, member: Member, end: End): void {
  const { state } = draft;
  const { id } = member;
  state.serving = undefined;
  if (state.trial !== undefined) {
    const seconds = ((draft.nowMs - member.readyAtMs) / 1000).toFixed(1);
    state.serving = state.trial.old;
    state.trial = undefined;
    draft.renewalFailed(`the new worker ${end.how}, ${seconds} s after it was ready`, id);
  } else if (member.sick !== undefined) {
    draft.act({ kind: 'died', id, after: { kind: 'sick' } });
    draft.ridOf(id);
    // Its replacement waits for a turn no more; no worker serves here.
  } else if (state.starting !== undefined) {
    draft.faulty(undefined);
    draft.act({ kind: 'counted', cause: end.cause }, { kind: 'died', id, after: { kind: 'replacing' } });
  } else {
    draft.faulty(undefined);
    draft.restart(id, member, end);
  }
}

/** A worker has ended, or could not be started, before it was ready. */
function startFailed(draft: Draft, starting: Starting, end: End): void {
  const { state } = draft;
  const { id } = starting;
  draft.startEnds(starting);
  if (state.isOnProbation) {
    state.isWanted = false;
    draft.act({ kind: 'died', id, after: { kind: 'given-up' } });
    draft.renewalFailed(STOPPING, undefined);
    return;
  }
  const wasRenewal = starting.purpose.kind === 'renew' && state.renewal !== undefined;
  if (wasRenewal) draft.renewalFailed(`the new worker ${end.how}`, id);
  const { serving } = state;
  if (serving?.sick !== undefined) {
    const { delayMs } = draft.plan(undefined, end.isFromOutside);
    draft.startAt(draft.nowMs + delayMs, { kind: 'heal', cause: serving.sick });
    draft.act({ kind: 'died', id, after: { kind: 'again', delayMs } });
  } else if (serving === undefined) {
    draft.faulty(state.fault?.of);
    draft.restart(id, undefined, end);
  }
}

function stop(draft: Draft, atOnce: boolean): void {
  const { state } = draft;
  const { serving, starting, trial, leaving } = state;
  state.isWanted = false;
  state.fault = undefined;
  draft.renewalFailed(STOPPING, undefined);
  state.due = undefined;
  state.serving = undefined;
  state.trial = undefined;
  if (starting !== undefined) draft.startEnds(starting);
  const told = [
    serving?.id,
    starting?.id,
    trial?.old.id,
    ...leaving.filter((each) => !each.isTold).map(({ id }) => id),
  ];
  const alive = [...new Set([...told, ...leaving.map(({ id }) => id)])].filter((id) => id !== undefined);
  state.leaving = alive.map((id) => ({ id, isTold: true }));
  for (const id of atOnce ? alive : told) {
    if (id === undefined) continue;
    draft.act(atOnce ? { kind: 'kill', id, because: 'was stopped at once' } : { kind: 'drain', id });
  }
}
