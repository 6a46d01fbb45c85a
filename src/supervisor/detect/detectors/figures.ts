// Figures as people read them.

/** In megabytes, one figure after the point for what is small. */
export function mb(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  return megabytes.toFixed(Math.abs(megabytes) < 10 ? 1 : 0);
}

/** `12 of 256 MB`. */
export function mbOf(bytes: number, limitBytes: number): string {
  return `${mb(bytes)} of ${mb(limitBytes)} MB`;
}

export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Minutes where seconds say nothing to anybody. */
export function duration(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
