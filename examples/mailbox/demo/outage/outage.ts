import { join } from 'node:path';
import type { Demonstration } from '../demonstration.ts';
import { eachLine } from '../processes.ts';
import { renderTable } from '../table.ts';
import { curve } from './curve.ts';
import {
  AFTER_SECONDS,
  CALLS_PER_SECOND,
  CALM_SECONDS,
  CLIENTS,
  type ClientName,
  outageSeconds,
  type Second,
} from './plan.ts';
import { outageRows } from './rows.ts';

/** Time for starting and printing, in seconds. */
const OVERHEAD_SECONDS = 3;
const LINES = 4;
const MAX_COLUMNS = 85;

const TITLES: Readonly<Record<ClientName, string>> = {
  naive: 'three tries in each tier',
  'undici-retry': 'undici’s retry interceptor in each tier',
  respite: 'respite/client in each tier',
};

/** Three tiers; the last one is down for a minute and comes back. The same with three clients at the same time. */
export const outage: Demonstration = async ({ options, signal, progress, startedAtMs }) => {
  const leftSeconds = options.seconds - (performance.now() - startedAtMs) / 1000 - OVERHEAD_SECONDS;
  const outageS = outageSeconds(leftSeconds);
  const script = join(import.meta.dirname, 'variant.ts');
  const byClient = new Map<ClientName, Second[]>(CLIENTS.map((name) => [name, []]));
  await Promise.all(
    CLIENTS.map(async (name) => {
      const times = [CALM_SECONDS, outageS, AFTER_SECONDS].map(String);
      await eachLine([process.execPath, script, name, ...times], signal, (line) => {
        byClient.get(name)?.push(JSON.parse(line) as Second);
        progress.show(progressOf(byClient, outageS));
      });
    }),
  );
  progress.clear();
  for (const [name, seconds] of byClient) {
    const loads = seconds.map(({ arrived }) => arrived / CALLS_PER_SECOND);
    const most = Math.max(1, ...loads);
    console.log(
      `\n${TITLES[name]}: requests to the last tier, 1 as in calm times, ${most.toFixed(1)} at most`,
    );
    for (const line of curve(loads, LINES, most, MAX_COLUMNS)) console.log(`  ${line}`);
    const shares = seconds.map(({ served, calls }) => Math.min(1, served / Math.max(1, calls)));
    console.log(`  ${curve(shares, 1, 1, MAX_COLUMNS).join('')} calls served`);
  }
  console.log(`\n${renderTable(CLIENTS, outageRows(byClient, outageS))}`);
};

function progressOf(byClient: ReadonlyMap<ClientName, readonly Second[]>, outageS: number): string {
  const at = Math.max(...[...byClient.values()].map(({ length }) => length));
  const phase = at <= CALM_SECONDS ? 'calm' : at <= CALM_SECONDS + outageS ? 'outage' : 'recovery';
  const loads = [...byClient].map(([name, seconds]) => {
    const load = (seconds.at(-1)?.arrived ?? 0) / CALLS_PER_SECOND;
    return `${name} ${load.toFixed(1)} × the load`;
  });
  return `${phase} | ${at} s | ${loads.join(', ')}`;
}
