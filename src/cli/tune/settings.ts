import type { RequestKind } from '../../load/index.ts';
import { MAX_TUNE_MS, type Part, PARTS } from '../../load/tune/index.ts';
import { usageError } from '../usage.ts';
import type { TuneFlags } from './request.ts';

/** What the flags of `respite tune` mean; undefined for defaults. */
export interface TuneSettings {
  readonly path: string;
  readonly mix: readonly RequestKind[] | undefined;
  readonly deadlineMs: number | undefined;
  readonly forMs: number;
  readonly normalPerSecond: number | undefined;
  readonly parts: readonly Part[] | undefined;
}

/** Shortest run that finds anything, in ms. */
const MIN_TUNE_MS = 5000;

/** Throws a usage error that names the flag at fault. */
export function tuneSettings(flags: TuneFlags): TuneSettings {
  const forMs = milliseconds('--for', flags.for) ?? MAX_TUNE_MS;
  if (forMs < MIN_TUNE_MS || forMs > MAX_TUNE_MS)
    throw usageError(`--for must be from 5s to 3m, got ${JSON.stringify(flags.for)}`);
  const { urlPath = '/', normal } = flags;
  if (!urlPath.startsWith('/'))
    throw usageError(`--url-path must begin with /, got ${JSON.stringify(urlPath)}`);
  return {
    path: urlPath,
    mix: flags.mix?.map((text) => kindOf(text)),
    deadlineMs: milliseconds('--deadline', flags.deadline),
    forMs,
    normalPerSecond: normal === undefined ? undefined : rateOf(normal),
    parts: flags.only?.split(',').map((name) => partOf(name)),
  };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

function milliseconds(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const ms = Number(amount) * (UNITS[unit] ?? 0);
  if (ms > 0) return ms;
  throw usageError(`${flag} must be a time such as 500ms, 2s or 3m, got ${JSON.stringify(text)}`);
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

function kindOf(text: string): RequestKind {
  const [, weight, method = '', path = '', bytes] =
    /^(?:(\d+(?:\.\d+)?) +)?([A-Z]+) +(\/\S*)(?: +(\d+))?$/.exec(text.trim()) ?? [];
  if (method === '')
    throw usageError(`--mix must be such as '3 GET /a' or '1 POST /b 2048', got ${JSON.stringify(text)}`);
  return {
    method,
    path,
    ...(weight === undefined ? {} : { weight: Number(weight) }),
    ...(bytes === undefined ? {} : { body: Number(bytes) }),
  };
}
