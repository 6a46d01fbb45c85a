import { type Declaration, object, resolve, type Rule } from '../../core/options.ts';
import { orFalse } from '../../core/rules.ts';
import { budgetRule, type WriteBudget } from '../budget/index.ts';
import {
  type ResolvedSlowPeerOptions,
  SLOW_PEER_DEFAULTS,
  slowPeer,
  type SlowPeerOptions,
} from '../slow-peer/options.ts';

/** What a server's connections are held to. */
export interface GuardOptions {
  /** The memory that their output may take, together with whatever else has this budget. */
  readonly budget: WriteBudget;
  /**
   * When a peer that takes too little of what waits for it is evicted; `false` for never. By default that is so for upgraded
   * connections (WebSockets): their libraries may keep what a client has not read in lists that only the client's standstill shows.
   * Others are evicted only when the budget needs room.
   */
  readonly slowPeer?: SlowPeerOptions | false | undefined;
}

export interface ResolvedGuardOptions {
  readonly budget: WriteBudget;
  readonly slowPeer: ResolvedSlowPeerOptions | false;
  readonly upgradedSlowPeer: ResolvedSlowPeerOptions | false;
}

interface Declared {
  readonly budget: WriteBudget;
  readonly slowPeer: ResolvedSlowPeerOptions | false | undefined;
}

const GUARD: Declaration<Declared> = Object.freeze({
  budget: { rule: budgetRule },
  slowPeer: { rule: orFalse(slowPeer), byDefault: undefined },
});

const guard: Rule<GuardOptions, Declared> = object(GUARD);

/** Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveGuardOptions(options: GuardOptions): ResolvedGuardOptions {
  const { budget, slowPeer: given } = resolve(guard, options, ['guardServer']);
  const [own, upgraded] = given === undefined ? ([false, SLOW_PEER_DEFAULTS] as const) : [given, given];
  return Object.freeze({ budget, slowPeer: own, upgradedSlowPeer: upgraded });
}
