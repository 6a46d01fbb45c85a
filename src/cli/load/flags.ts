// What was typed as options of a load run. Throws usage errors that name the flag and what it takes.
import { readFileSync } from 'node:fs';
import type { LoadOptions, RateProfile, RequestKind } from '../../load/index.ts';
import { usageError } from '../usage.ts';
import { likeOf } from './like.ts';
import type { LoadRequest } from './request.ts';

const TIME_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const SIZE_UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2 };

/** @param read Reads the file of a body. */
export function optionsOf(
  { url, flags }: LoadRequest & { readonly url: string },
  read: (file: string) => Uint8Array = readFileSync,
): LoadOptions {
  const obey = flags.obeyRetryAfter;
  const ignore = flags.ignoreRetryAfter;
  return {
    // As people type it: `localhost:3000`.
    url: /^[a-z][a-z\d+.-]*:\/\//i.test(url) ? url : `http://${url}`,
    rate: given(flags.rate, rateOf),
    durationMs: given(flags.for, (text) => timeOf('--for', text)),
    like: likeOf(flags, read),
    mix: flags.mix?.map((text) => kindOf(text, read)),
    headers: given(flags.header, headersOf),
    protocol: flags.h2 === true ? 'h2' : undefined,
    connections: given(flags.connections, (text) => wholeOf('--connections', text)),
    newConnections: flags.newConnections,
    slowReaders: given(flags.slowReaders, slowReadersOf),
    retries:
      obey === undefined && ignore === undefined
        ? undefined
        : {
            obey: given(obey, (text) => shareOf('--obey-retry-after', text)),
            ignore: given(ignore, (text) => shareOf('--ignore-retry-after', text)),
          },
    deadlineMs: given(flags.deadline, (text) => timeOf('--deadline', text)),
    timeoutMs: given(flags.timeout, (text) => timeOf('--timeout', text)),
    seed: given(flags.seed, (text) => wholeOf('--seed', text)),
    threads: given(flags.threads, (text) => wholeOf('--threads', text)),
    maxLagMs: given(flags.maxLag, (text) => timeOf('--max-lag', text)),
    insecure: flags.insecure,
    ownsTarget: flags.iOwnThisTarget,
  };
}

function given<Text, Value>(text: Text | undefined, read: (text: Text) => Value): Value | undefined {
  return text === undefined ? undefined : read(text);
}

function wrong(flag: string, rule: string, text: string): Error {
  return usageError(`${flag} takes ${rule}, got ${JSON.stringify(text)}`);
}

function rateOf(text: string): RateProfile {
  const number = (each: string): number => {
    if (!/^\d+(\.\d+)?$/.test(each)) throw wrong('--rate', 'a rate, from..to, or rates with commas', text);
    return Number(each);
  };
  const [from = '', to, ...others] = text.split('..');
  if (to !== undefined && others.length === 0) return { from: number(from), to: number(to) };
  const rates = text.split(',').map(number);
  return rates.length === 1 ? (rates[0] ?? 0) : rates;
}

export function timeOf(flag: string, text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (digits === undefined) throw wrong(flag, 'a time such as 500ms, 30s or 5m', text);
  return Number(digits) * (TIME_UNITS[unit] ?? 1);
}

function wholeOf(flag: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw wrong(flag, 'a whole number', text);
  return Number(text);
}

function shareOf(flag: string, text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const share = Number(digits) * (unit === '%' ? 0.01 : 1);
  if (!(share <= 1)) throw wrong(flag, 'a share such as 50% or 0.5', text);
  return share;
}

function slowReadersOf(text: string): { share: number; bytesPerSecond: number } {
  const [, share = '', digits, unit = ''] = /^([^@]+)@(\d+(?:\.\d+)?)(b|kb|mb)\/s$/i.exec(text) ?? [];
  if (digits === undefined) throw wrong('--slow-readers', 'a share and a speed, such as 10%@10kb/s', text);
  return {
    share: shareOf('--slow-readers', share),
    bytesPerSecond: Number(digits) * (SIZE_UNITS[unit.toLowerCase()] ?? 1),
  };
}

function headersOf(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) throw wrong('--header', "a header such as 'Accept: text/html'", line);
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}

const KIND = /^(?:(\d+(?:\.\d+)?) +)?(?:([A-Za-z-]+) +)?(\/\S*)(?: +(?:(\d+)|@(.+)))?$/;

export function kindOf(text: string, read: (file: string) => Uint8Array = readFileSync): RequestKind {
  const [, weight, method, path, bytes, file] = KIND.exec(text.trim()) ?? [];
  if (path === undefined)
    throw wrong('--mix', "requests such as '3 GET /a', 'POST /b 2048' or 'PUT /c @body.json'", text);
  return {
    weight: given(weight, Number),
    method: method?.toUpperCase(),
    path,
    body: file === undefined ? given(bytes, Number) : bodyOf(file, read),
  };
}

function bodyOf(file: string, read: (file: string) => Uint8Array): Uint8Array {
  try {
    return read(file);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw usageError(`--mix: cannot read ${file}: ${code}`, error);
  }
}
