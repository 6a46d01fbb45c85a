import { count } from '../../core/units.ts';
import type { LoadOptions, LoadResult } from '../../load/index.ts';
import { protocolHint } from '../../load/protocol/index.ts';
import { printable } from '../printable.ts';
import { duration } from '../words.ts';

/** What to tell of a target that answered nothing, or nothing any more; undefined when it answered. */
export async function silenceText(
  { silence, failedBy, durationMs }: Pick<LoadResult, 'silence' | 'failedBy' | 'durationMs'>,
  { url, protocol }: Pick<LoadOptions, 'url' | 'protocol'>,
): Promise<string | undefined> {
  if (silence === undefined) return undefined;
  const { fromMs, requests } = silence;
  const codes = Object.entries(failedBy)
    .filter(([code]) => !/^\d+$/.test(code))
    .map(([code, times]) => `${printable(code)} ${count(times)}`)
    .join(', ');
  const { origin } = new URL(url);
  if (fromMs !== undefined)
    return `${origin} answered nothing after ${duration(fromMs)} of ${duration(durationMs)}: ${count(requests)} requests in a row had no response (${codes})`;
  const mayBeAnother = origin.startsWith('http:') && protocol !== 'h2';
  const hint = mayBeAnother ? await protocolHint(new URL(url)) : undefined;
  return `${origin} answered none of ${count(requests)} requests: ${codes}${hint === undefined ? '' : `; ${hint}`}`;
}
