import type { Instrument } from '../../core/instruments.ts';

/** Units that Prometheus has in a metric's name and OpenTelemetry beside it, as UCUM spells them. */
const UNITS: readonly (readonly [suffix: string, unit: string])[] = [
  ['_bytes', 'By'],
  ['_seconds', 's'],
];

export interface OpenTelemetryName {
  readonly name: string;
  /** UCUM; undefined for numbers without one: `1` would come back as `_ratio`. */
  readonly unit: string | undefined;
}

/**
 * What OpenTelemetry would call a metric that has this name in Prometheus: `respite.cache.stored` in `By` for
 * `respite_cache_stored_bytes_total`. Its own translation to Prometheus' names, with unit and `_total`, leads back, so that a
 * dashboard shows both alike.
 */
export function openTelemetryName({ name, type }: Pick<Instrument, 'name' | 'type'>): OpenTelemetryName {
  const plain = type === 'counter' ? name.replace(/_total$/, '') : name;
  const [suffix, unit] = UNITS.find(([ending]) => plain.endsWith(ending)) ?? ['', undefined];
  const [project = '', part = '', ...rest] = plain.slice(0, plain.length - suffix.length).split('_');
  const words = rest.length === 0 ? [project, part] : [project, part, rest.join('_')];
  return { name: words.join('.'), unit };
}
