import { writeFile } from 'node:fs/promises';
import type { WriterName } from '../../socket/writers.ts';
import type { Demonstration } from '../demonstration.ts';
import { renderTable } from '../table.ts';
import { MEMORY_LIMIT_BYTES } from './plan.ts';
import { playVariant } from './play.ts';
import { renderSlowClientsReport } from './report.ts';
import { slowClientsRows } from './rows.ts';
import type { SlowClientsRun, Variant } from './run-data.ts';

const WRITERS: readonly WriterName[] = ['naive', 'sleeping', 'writability'];
/** What a variant needs besides its clients, and the build before. */
const OVERHEAD_MS = 2000;
const MIN_LENGTH_MS = 8000;

/** The same slow and fast clients against three ways to write to them, with 256 MB. */
export const slowClients: Demonstration = async (stage) => {
  const { options, signal, directory, progress, cores, machine, startedAtMs } = stage;
  const leftMs = options.seconds * 1000 - (performance.now() - startedAtMs);
  const lengthMs = Math.max(MIN_LENGTH_MS, Math.floor(leftMs / WRITERS.length - OVERHEAD_MS));
  const variants: Variant[] = [];
  for (const writer of WRITERS) {
    variants.push(await playVariant(writer, lengthMs, cores, directory, progress, signal));
  }
  progress.clear();
  const run: SlowClientsRun = {
    generatedAt: new Date().toISOString(),
    machine,
    cores: cores.description,
    lengthMs,
    memoryLimitBytes: MEMORY_LIMIT_BYTES,
    variants,
  };
  await writeFile(options.reportFile, await renderSlowClientsReport(run));
  console.log(renderTable(WRITERS, slowClientsRows(run)));
  console.log(`\nreport: ${options.reportFile}`);
};
