import { integer, knownKeys, text } from '../../../core/validate.ts';

/** What is kept of incidents on disk. Only `undefined` means default. */
export interface IncidentsOptions {
  /** Where each incident gets a directory of its own; relative to the working directory. Default `.respite/incidents`. */
  readonly directory?: string | undefined;
  /** The oldest go when there are more. Default 50. */
  readonly countLimit?: number | undefined;
  /** The oldest go when all together take more, in bytes. Default 209715200 (200 MiB). */
  readonly sizeLimitBytes?: number | undefined;
}

export interface ResolvedIncidentsOptions {
  readonly directory: string;
  readonly countLimit: number;
  readonly sizeLimitBytes: number;
}

export const DEFAULTS: ResolvedIncidentsOptions = Object.freeze({
  directory: '.respite/incidents',
  countLimit: 50,
  sizeLimitBytes: 200 * 1024 * 1024,
});

/** Fills in the defaults; false for nothing on disk. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveIncidentsOptions(
  options: IncidentsOptions | false = {},
): ResolvedIncidentsOptions | false {
  if (options === false) return false;
  knownKeys('supervisor.incidents', options, Object.keys(DEFAULTS));
  const { directory, countLimit, sizeLimitBytes } = options;
  return Object.freeze({
    directory: text('supervisor.incidents.directory', directory ?? DEFAULTS.directory),
    countLimit: integer('supervisor.incidents.countLimit', countLimit ?? DEFAULTS.countLimit, 1),
    sizeLimitBytes: integer(
      'supervisor.incidents.sizeLimitBytes',
      sizeLimitBytes ?? DEFAULTS.sizeLimitBytes,
      1,
    ),
  });
}
