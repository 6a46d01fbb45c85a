import { integer } from '../../../core/validate.ts';
import { complete } from './given.ts';

export interface ServerClosedOptions {
  /** How long the server was closed until its worker is replaced, in milliseconds. Default 5000. */
  readonly afterMs?: number | undefined;
}

export interface ResolvedServerClosed {
  readonly afterMs: number;
}

export const SERVER_CLOSED: ResolvedServerClosed = Object.freeze({ afterMs: 5000 });

/** Minimum of `afterMs`: workers are looked at once a second. */
const MIN_AFTER_MS = 1000;

export function resolveServerClosed(given: ServerClosedOptions): ResolvedServerClosed {
  const option = 'supervisor.detect.serverClosed';
  const { afterMs } = complete(option, given, SERVER_CLOSED);
  return { afterMs: integer(`${option}.afterMs`, afterMs, MIN_AFTER_MS) };
}
