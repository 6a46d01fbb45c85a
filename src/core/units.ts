// Numbers as people read them, where one form serves: log lines, reports and commands.

/** Megabytes without their unit; one figure after the point for what is small. */
export function mb(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  return megabytes.toFixed(Math.abs(megabytes) < 10 ? 1 : 0);
}

/** `42 %`. */
export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** `5.2 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** `1,204,332`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
