import { type Declaration, object, type OptionsOf, type Rule } from '../../../core/options.ts';
import { milliseconds } from '../../../core/rules.ts';

/** When a server that was closed is a fault, with every default filled in. */
export interface ResolvedServerClosed {
  /** How long the server was closed until its worker is replaced, in milliseconds; at least 1000, as workers are looked at once a second. Default 5000. */
  readonly afterMs: number;
}

/** When a server that was closed is a fault. Only `undefined` means default. */
export type ServerClosedOptions = OptionsOf<ResolvedServerClosed>;

const SERVER_CLOSED: Declaration<ResolvedServerClosed> = Object.freeze({
  afterMs: { rule: milliseconds(1000), byDefault: 5000 },
});

export const serverClosed: Rule<ServerClosedOptions, ResolvedServerClosed> = object(SERVER_CLOSED);
