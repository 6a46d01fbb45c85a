// wrk, a closed loop: a connection sends its next request when the last one was answered.
import { spawnSync } from 'node:child_process';
import { onLoadCore } from '../lib/pinning.ts';
import { outputOf } from '../lib/processes.ts';

export interface WrkResult {
  readonly perSecond: number;
  readonly p99Ms: number;
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 };

/** Undefined where wrk is not installed. */
export async function wrk(
  port: number,
  connections: number,
  seconds: number,
): Promise<WrkResult | undefined> {
  if (spawnSync('wrk', ['--version']).error !== undefined) return undefined;
  const options = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--latency'];
  const output = await outputOf(onLoadCore(['wrk', ...options, `http://127.0.0.1:${port}/`]));
  const [, digits, unit = ''] = /^ +99% +([\d.]+)(us|ms|s)$/m.exec(output) ?? [];
  const perSecond = /^Requests\/sec: +([\d.]+)$/m.exec(output)?.[1];
  return { perSecond: Number(perSecond), p99Ms: Number(digits) * (UNITS[unit] ?? Number.NaN) };
}
