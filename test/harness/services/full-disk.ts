// Run in a mount namespace of its own: fills a small file system, asks, makes room, asks again. Prints what was found.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { disk, HealthRegistry, type IndicatorReport } from '../../../src/health/index.ts';
import { until } from '../until.ts';

const [where] = process.argv.slice(2);
if (where === undefined) throw new Error('which directory?');
const directory = mkdtempSync(path.join(where, 'mounted-'));
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]);

const registry = new HealthRegistry();
const often = { intervalMs: 50, timeoutMs: 1000 };
registry.add('written', { ...often, check: disk({ path: directory, minFreeBytes: 0 }) });
registry.add('counted', { ...often, check: disk({ path: directory, minFreeBytes: 1024 * 1024 }) });

async function find(status: string): Promise<void> {
  const all = (): readonly IndicatorReport[] => registry.reports();
  await until(status, () => all().every((report) => report.status === status));
  const shown = all().map(({ trouble, error, details }) => ({
    trouble,
    error,
    freeBytes: details['freeBytes'],
  }));
  console.log(JSON.stringify(shown));
}

await find('UP');
const filler = path.join(directory, 'filler');
try {
  for (;;) writeFileSync(filler, Buffer.alloc(4096), { flag: 'a' });
} catch {
  await find('DOWN');
}
rmSync(filler);
await find('UP');
registry.clear();
console.log(JSON.stringify(readdirSync(directory)));
