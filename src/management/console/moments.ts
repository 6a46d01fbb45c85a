import type { History, InstanceMeasure } from '../../supervisor/index.ts';
import type { Moments } from './protocol.ts';

/** The moments from number `from` up to but without `to`, as an event of the stream. */
export function momentsEvent(
  history: History<InstanceMeasure>,
  names: readonly InstanceMeasure[],
  epoch: number,
  { from, to, isFresh }: { readonly from: number; readonly to: number; readonly isFresh: boolean },
): string {
  const times = history.times(from, to);
  const [firstAtMs = 0] = times;
  const moments: Moments = {
    from,
    isFresh,
    firstAtMs,
    sinceMs: Array.from(times, (atMs) => atMs - firstAtMs),
    curves: Object.fromEntries(names.map((name) => [name, compact(history.curve(name, from, to).values)])),
  };
  return `id: ${epoch}-${to}\nevent: moments\ndata: ${JSON.stringify(moments)}\n\n`;
}

/**
 * The number of the moment from which to go on, for a reader that had an id of ours last: all that is kept, and `isFresh`, for those who
 * had none, one of another run, or one so old that there would be a gap.
 */
export function resumeFrom(
  lastEventId: string | undefined,
  epoch: number,
  { oldest, added }: { readonly oldest: number; readonly added: number },
): { readonly from: number; readonly isFresh: boolean } {
  const [, run, number] = /^(\d+)-(\d+)$/.exec(lastEventId ?? '') ?? [];
  const from = Number(number);
  return run === String(epoch) && from >= oldest && from <= added
    ? { from, isFresh: false }
    : { from: oldest, isFresh: true };
}

function compact(values: Float32Array): Moments['curves'][string] {
  const [first = 0] = values;
  if (values.every((value) => Object.is(value, first))) return rounded(first);
  return Array.from(values, rounded);
}

/** To four digits: a pixel shows less. Null for what is not known, as JSON has no other word for it. */
function rounded(value: number): number | null {
  if (!Number.isFinite(value)) return null;
  if (value === 0) return 0;
  const digits = Math.floor(Math.log10(Math.abs(value))) - 3;
  // Dividing by a power of ten, and not multiplying with a fraction, keeps the decimals short.
  if (digits >= 0) return Math.round(value / 10 ** digits) * 10 ** digits;
  return Math.round(value * 10 ** -digits) / 10 ** -digits;
}
