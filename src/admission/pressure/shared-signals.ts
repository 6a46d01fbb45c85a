// Signals of the user's own are the process's: whatever server it has, a full pool of connections presses them all.
import { AsyncResource } from 'node:async_hooks';
import type { Pressure } from './pressure.ts';
import { SIGNAL_NAMES } from './options.ts';
import { checkSignal, type PressureSignal } from './signal.ts';
import { RespiteError } from '../../core/errors.ts';

interface Shared {
  readonly signals: Map<string, PressureSignal>;
  /** Everything that watches them, and how each stops watching a signal. */
  readonly watching: Map<Pressure, Map<string, () => void>>;
}

/** On `process`, since `respite run` may be another copy of this package than the one that the user's code imports. */
const kShared: unique symbol = Symbol.for('respite.signals');

function shared(): Shared {
  const holder = process as { [kShared]?: Shared };
  return (holder[kShared] ??= { signals: new Map(), watching: new Map() });
}

/**
 * Lets something else than Respite's own signals press this process: the wait for a database connection, the lag of a
 * queue. While its pressure is high requests are shed, the least important first, and as few as bring it down.
 *
 * @returns Takes the signal away again.
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` for a name that is malformed or taken, and for thresholds that
 *   make no range.
 * @example
 * ```ts
 * import { addPressureSignal } from 'respite';
 *
 * addPressureSignal({ name: 'db-pool', read: () => pool.waitingCount, exit: 5, enter: 50 });
 * ```
 */
export function addPressureSignal(signal: PressureSignal): () => void {
  checkSignal(signal);
  const { name } = signal;
  const { signals, watching } = shared();
  if (signals.has(name) || (SIGNAL_NAMES as readonly string[]).includes(name)) {
    throw new RespiteError(
      'RESPITE_OPTIONS_INVALID',
      `pressure signal ${JSON.stringify(name)} is registered already`,
    );
  }
  // Read when a request happens to come, and no part of that request.
  const bound = { ...signal, read: AsyncResource.bind((nowMs: number) => signal.read(nowMs)) };
  signals.set(name, bound);
  for (const [pressure, undo] of watching) undo.set(name, pressure.register(bound));
  return () => {
    if (signals.get(name) !== bound) return;
    signals.delete(name);
    for (const undo of watching.values()) {
      undo.get(name)?.();
      undo.delete(name);
    }
  };
}

/** Has `pressure` watch all of them, those to come too. Returns what ends that. */
export function watchShared(pressure: Pressure): () => void {
  const { signals, watching } = shared();
  const undo = new Map<string, () => void>();
  for (const [name, signal] of signals) undo.set(name, pressure.register(signal));
  watching.set(pressure, undo);
  return () => {
    watching.delete(pressure);
    for (const stop of undo.values()) stop();
  };
}
