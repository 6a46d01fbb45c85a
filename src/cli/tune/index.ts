import path from 'node:path';
import { load } from '../../load/index.ts';
import {
  MAX_TUNE_MS,
  pinGenerator,
  renderPage,
  renderTerminal,
  RespiteTarget,
  tune as run,
  type TuneReport,
} from '../../load/tune/index.ts';
import { findConfig, loadConfig } from '../config/load.ts';
import { write } from '../output.ts';
import { assertWritable, writeReport } from '../report-file.ts';
import { resolveTarget } from '../script/index.ts';
import { resolveSettings } from '../settings.ts';
import type { TuneRequest } from './request.ts';
import { tuneSettings } from './settings.ts';

/** Share of its time after which a run ends with what is known, so that there is time to stop the server. */
const END = 0.97;

/** `respite tune`: resolves with the exit code when the report is written and everything that it started has ended. */
export async function tune({ script, args, flags }: TuneRequest): Promise<number> {
  const cwd = process.cwd();
  const settings = tuneSettings(flags);
  assertWritable('--html', flags.html);
  resolveTarget(cwd, [script, ...args]);
  const config = findConfig(cwd, flags.config);
  const { admission, supervisor } = resolveSettings({}, await loadConfig(cwd, flags.config), process.env);
  const { workers } = supervisor;
  const cores = pinGenerator(workers);
  const startedMs = performance.now();
  const say = (text: string): void => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    write('stderr', `${String(seconds).padStart(4)} s  ${text}\n`);
  };
  say(cores.text);
  const interrupted = abortedBySignals();
  const signal = AbortSignal.any([
    interrupted,
    AbortSignal.timeout(Math.round(END * (settings.forMs ?? MAX_TUNE_MS))),
  ]);
  const target = new RespiteTarget({
    command: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    script,
    args,
    configFile: config === undefined ? undefined : path.resolve(cwd, config),
    configured: { limit: admission.limit, copies: supervisor.listeningCopies, workers },
    cores,
    path: settings.path,
    signal,
  });
  let report: TuneReport;
  try {
    report = await run({ ...settings, target, load, signal, onProgress: say });
  } finally {
    await target.close();
  }
  const file = config ?? 'respite.config.mjs';
  write('stdout', flags.json ? `${JSON.stringify(report)}\n` : renderTerminal(report, file));
  if (flags.html !== undefined) {
    const frame = { script, file, atMs: Date.now(), cores: cores.text };
    writeReport(flags.html, () => renderPage(report, frame));
    say(`report written to ${flags.html}`);
  }
  return report.advice.kind === 'declined' || interrupted.aborted ? 1 : 0;
}

/** The first of them ends the run with what is known; later ones change nothing, since the end is under way. */
function abortedBySignals(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => interrupted.abort());
  return interrupted.signal;
}
