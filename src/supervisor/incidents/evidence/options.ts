import { type Declaration, object, type OptionsOf, resolve, type Rule } from '../../../core/options.ts';
import { integer, orFalse, text } from '../../../core/rules.ts';

/** What is kept of incidents on disk, with every default filled in. */
export interface ResolvedIncidentsOptions {
  /** Where each incident gets a directory of its own; relative to the working directory (`--incidents`). Default `.respite/incidents`. */
  readonly directory: string;
  /** The oldest go when there are more. Default 50. */
  readonly countLimit: number;
  /** The oldest go when all together take more, in bytes. Default 209715200 (200 MiB). */
  readonly sizeLimitBytes: number;
}

/** What is kept of incidents on disk. Only `undefined` means default. */
export type IncidentsOptions = OptionsOf<ResolvedIncidentsOptions>;

export const INCIDENTS: Declaration<ResolvedIncidentsOptions> = Object.freeze({
  directory: { rule: text(), byDefault: '.respite/incidents' },
  countLimit: { rule: integer(1), byDefault: 50 },
  sizeLimitBytes: { rule: integer(1), byDefault: 200 * 1024 * 1024 },
});

export const incidents: Rule<IncidentsOptions, ResolvedIncidentsOptions> = object(INCIDENTS);

/** Fills in the defaults; false for nothing on disk. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveIncidentsOptions(
  options: IncidentsOptions | false = {},
): ResolvedIncidentsOptions | false {
  return resolve(orFalse(incidents), options, ['supervisor', 'incidents']);
}
