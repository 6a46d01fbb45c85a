// Numbers as people read them.
import { count } from '../core/units.ts';

/** `340 ms`, `5.2 s`, `3 min 7 s`, `3 h 12 min`, `4 d 3 h`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `0.42 ms`, `7.1 ms`, `340 ms`, `5.2 s`: three figures, for times that are measured rather than waited for. */
export function milliseconds(ms: number): string {
  if (ms >= 999.5) return duration(ms);
  return `${Number(ms.toFixed(ms < 1 ? 3 : ms < 10 ? 2 : ms < 100 ? 1 : 0))} ms`;
}

/** `12 MB`, `1.2 GB`. */
export function size(bytes: number): string {
  const mb = bytes / 1024 / 1024;
  if (mb < 1) return `${Math.ceil(bytes / 1024)} KB`;
  return mb < 1024 ? `${mb.toFixed(mb < 10 ? 1 : 0)} MB` : `${(mb / 1024).toFixed(1)} GB`;
}

/** A rate: with a figure after the point where it is small. */
export function perSecond(value: number): string {
  return `${value > 0 && value < 9.95 ? value.toFixed(1) : count(value)}/s`;
}

/** Local, to the second: `2026-11-22 03:04:05`. */
export function moment(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
