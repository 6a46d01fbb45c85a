import { knownKeys } from '../../core/validate.ts';
import { RespiteError } from '../../core/errors.ts';
import { WriteBudget } from '../budget/write-budget.ts';
import {
  DEFAULTS,
  resolveSlowPeerOptions,
  type ResolvedSlowPeerOptions,
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

/** Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveGuardOptions(options: GuardOptions): ResolvedGuardOptions {
  knownKeys('guardServer', options, ['budget', 'slowPeer']);
  const { budget, slowPeer } = options;
  if (!(budget instanceof WriteBudget)) {
    throw new RespiteError(
      'RESPITE_OPTIONS_INVALID',
      'guardServer.budget must come from createWriteBudget()',
    );
  }
  if (slowPeer === undefined) return Object.freeze({ budget, slowPeer: false, upgradedSlowPeer: DEFAULTS });
  const resolved = slowPeer !== false && resolveSlowPeerOptions('guardServer.slowPeer', slowPeer);
  return Object.freeze({ budget, slowPeer: resolved, upgradedSlowPeer: resolved });
}
