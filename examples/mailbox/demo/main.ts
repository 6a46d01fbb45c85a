import { rmSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cache } from './cache/demo.ts';
import { chooseCores } from './cores.ts';
import type { Demonstration } from './demonstration.ts';
import { flood } from './flood.ts';
import { REPOSITORY } from './mailbox.ts';
import { type DemoOptions, HELP, readArguments } from './options.ts';
import { killAll, runToEnd } from './processes.ts';
import { outage } from './outage/outage.ts';
import { createProgress } from './progress.ts';
import { slowClients } from './slow-clients/slow-clients.ts';

const DEMONSTRATIONS: Readonly<Record<DemoOptions['name'], Demonstration>> = {
  flood,
  cache,
  'slow-clients': slowClients,
  outage,
};

async function play(given: DemoOptions, signal: AbortSignal, directory: string): Promise<void> {
  const startedAtMs = performance.now();
  const options = { ...given, reportFile: resolve(given.reportFile) };
  // Not after 90 seconds.
  await mkdir(dirname(options.reportFile), { recursive: true });
  await access(dirname(options.reportFile), constants.W_OK);
  const progress = createProgress(process.stderr);
  const cores = chooseCores();
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, Node.js ${process.version}, ${process.platform}`;

  progress.show('building Respite');
  await runToEnd(
    [process.platform === 'win32' ? 'npm.cmd' : 'npm', 'run', 'build', '--silent'],
    REPOSITORY,
    signal,
  );
  await DEMONSTRATIONS[options.name]({ options, signal, directory, progress, cores, machine, startedAtMs });
}

const request = readArguments(process.argv.slice(2));
if (request.kind === 'help') {
  console.log(HELP);
} else if (request.kind === 'bad-usage') {
  console.error(`demo: ${request.message} (--help shows the options)`);
  process.exitCode = 2;
} else {
  const directory = await mkdtemp(join(tmpdir(), 'respite-demo-'));
  // Whatever happens to us, nothing that we started or wrote may stay.
  process.once('exit', () => {
    killAll();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  const abort = new AbortController();
  let isDone = false;
  const onSignal = (): void => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    await play(request.options, abort.signal, directory);
    isDone = true;
  } catch (error) {
    if (!abort.signal.aborted)
      console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.exit(isDone ? 0 : abort.signal.aborted ? 130 : 1);
}
