// Numbers as people read them. Pure.

/** A dash for what is not known. */
export function known(value: number | undefined, show: (value: number) => string): string {
  return value === undefined ? '–' : show(value);
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** With a figure after the point where it is small. */
export function rate(value: number): string {
  return value > 0 && value < 9.95 ? value.toFixed(1) : whole(value);
}

export function percent(share: number): string {
  return `${share > 0 && share < 0.0995 ? (100 * share).toFixed(1) : Math.round(100 * share)} %`;
}

export function milliseconds(ms: number): string {
  if (ms >= 9950) return `${Math.round(ms / 1000)} s`;
  if (ms >= 995) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms > 0 && ms < 9.95 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

export function size(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  const names = ['KB', 'MB', 'GB', 'TB'];
  let value = bytes / 1024;
  let name = 0;
  while (value >= 1024 && name < names.length - 1) {
    value /= 1024;
    name += 1;
  }
  return `${value < 9.95 ? Number(value.toFixed(1)) : Math.round(value)} ${names[name]}`;
}

/** `40 s`, `3 min`, `3 h 12 min`, `4 d 3 h`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Of the day, local. */
export function clock(atMs: number, withSeconds: boolean = false): string {
  return new Date(atMs).toTimeString().slice(0, withSeconds ? 8 : 5);
}

/** `22 Nov, 03:04:05`. */
export function moment(atMs: number): string {
  const day = new Date(atMs).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return `${day}, ${clock(atMs, true)}`;
}

/** `event-loop-blocked` as words. */
export function words(name: string): string {
  const text = name.replaceAll('-', ' ');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
