import type { RequestKind } from '../../load/index.ts';
import { type Part, PARTS } from '../../load/tune/index.ts';
import { kindOf, timeOf } from '../load/flags.ts';
import { usageError } from '../usage.ts';
import type { TuneFlags } from './request.ts';

/** What the flags of `respite tune` mean; undefined for defaults. */
export interface TuneSettings {
  readonly path: string;
  readonly mix: readonly RequestKind[] | undefined;
  readonly deadlineMs: number | undefined;
  readonly forMs: number | undefined;
  readonly normalPerSecond: number | undefined;
  readonly parts: readonly Part[] | undefined;
}

/** Throws a usage error that names the flag at fault. */
export function tuneSettings(flags: TuneFlags): TuneSettings {
  const { urlPath = '/', normal, deadline } = flags;
  if (!urlPath.startsWith('/'))
    throw usageError(`--url-path must begin with /, got ${JSON.stringify(urlPath)}`);
  return {
    path: urlPath,
    mix: flags.mix?.map((text) => kindOf(text)),
    deadlineMs: timeWithin('--deadline', deadline, '10ms', '60s'),
    forMs: timeWithin('--for', flags.for, '5s', '3m'),
    normalPerSecond: normal === undefined ? undefined : rateOf(normal),
    parts: flags.only?.split(',').map((name) => partOf(name)),
  };
}

function timeWithin(flag: string, text: string | undefined, least: string, most: string): number | undefined {
  if (text === undefined) return undefined;
  const ms = Math.round(timeOf(flag, text));
  if (ms >= timeOf(flag, least) && ms <= timeOf(flag, most)) return ms;
  throw usageError(`${flag} must be from ${least} to ${most}, got ${JSON.stringify(text)}`);
}

function rateOf(text: string): number {
  const rate = Number(text);
  if (rate > 0 && Number.isFinite(rate)) return rate;
  throw usageError(`--normal must be a number of requests per second, got ${JSON.stringify(text)}`);
}

function partOf(name: string): Part {
  const part = PARTS.find((each) => each === name);
  if (part !== undefined) return part;
  throw usageError(`--only must be some of ${PARTS.join(',')}, got ${JSON.stringify(name)}`);
}
