import { rmSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { mailboxNames, MEAN_MAIL_BYTES } from '../storm/mail-plan.ts';
import { cacheDemo } from './cache/demo.ts';
import { measureCapacity } from './calibrate.ts';
import { chooseCores, type Cores } from './cores.ts';
import { REPOSITORY, startMailbox, type Mailbox } from './mailbox.ts';
import { HELP, readArguments, type DemoOptions } from './options.ts';
import { playSide } from './play.ts';
import { killAll, runToEnd } from './processes.ts';
import { createProgress } from './progress.ts';
import { renderReport } from './report.ts';
import { comparison } from './rows.ts';
import type { RunData, Side } from './run-data.ts';
import { planStorm, type DemoStorm } from './storm-plan.ts';
import { renderTable } from './table.ts';

const USERS = 20;
/** What a side needs besides its storm: start, filling mailboxes, the last attempts, the census, stop. */
const SIDE_OVERHEAD_MS = 9500;
const MIN_STORM_MS = 8000;

async function demo(options: DemoOptions, signal: AbortSignal, directory: string): Promise<void> {
  const startedAtMs = performance.now();
  const reportFile = resolve(options.reportFile);
  // Not after 90 seconds.
  await mkdir(dirname(reportFile), { recursive: true });
  await access(dirname(reportFile), constants.W_OK);
  const progress = createProgress(process.stderr);
  const cores = chooseCores();

  progress.show('building Respite');
  await runToEnd(
    [process.platform === 'win32' ? 'npm.cmd' : 'npm', 'run', 'build', '--silent'],
    REPOSITORY,
    signal,
  );

  progress.show('measuring how much mail the service can take here');
  const capacityBytesPerSecond = await measureCapacity(directory, cores, signal);

  const leftMs = options.seconds * 1000 - (performance.now() - startedAtMs);
  const lengthMs = Math.max(MIN_STORM_MS, Math.floor(leftMs / 2 - SIDE_OVERHEAD_MS));
  const users = mailboxNames(USERS);
  const storm = planStorm(users, capacityBytesPerSecond, lengthMs);

  const sides: Side[] = [];
  let mailbox: Mailbox | undefined;
  for (const isProtected of [false, true]) {
    const name = isProtected ? 'with Respite' : 'without Respite';
    progress.show(`${name}: starting`);
    mailbox = await startMailbox(isProtected, join(directory, isProtected ? 'with' : 'without'), cores);
    const keep = isProtected && options.serve;
    sides.push(await playSide(name, mailbox, storm, keep, progress, signal));
  }
  progress.clear();

  const data = describeRun(storm, capacityBytesPerSecond, cores, sides);
  await writeFile(reportFile, await renderReport(data));

  console.log(
    renderTable(
      sides.map(({ name }) => name),
      comparison(data),
    ),
  );
  console.log(`\nreport: ${reportFile}`);
  if (options.serve && mailbox !== undefined) await serve(mailbox, signal);
}

function describeRun(
  storm: DemoStorm,
  capacityBytesPerSecond: number,
  cores: Cores,
  sides: readonly Side[],
): RunData {
  const { plan, phases, calmBytesPerSecond, floodBytesPerSecond } = storm;
  return {
    generatedAt: new Date().toISOString(),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node.js ${process.version}, ${process.platform}`,
    cores: cores.description,
    storm: {
      seed: plan.seed,
      users: plan.users.length,
      userCallsPerSecond: plan.userCallsPerSecond,
      userTimeoutMs: plan.userTimeoutMs,
      capacityBytesPerSecond,
      calmBytesPerSecond,
      floodBytesPerSecond,
      floodMailsPerSecond: floodBytesPerSecond / MEAN_MAIL_BYTES,
      meanMailBytes: MEAN_MAIL_BYTES,
      maxConnections: plan.maxConnections,
    },
    phases,
    sides,
  };
}

async function serve(mailbox: Mailbox, signal: AbortSignal): Promise<void> {
  console.log(
    [
      '',
      'The protected service keeps running:',
      `  mailbox API   ${mailbox.apiOrigin}/mailboxes/user1/messages`,
      `  SMTP          127.0.0.1:${mailbox.smtpPort}, for user1@mailbox.example to user${USERS}@mailbox.example`,
      `  Respite       ${mailbox.managementOrigin}/status, /metrics, /health`,
      'Ctrl-C stops it and removes its mail.',
    ].join('\n'),
  );
  await new Promise((done) => signal.addEventListener('abort', done));
  await mailbox.stop();
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
    const show = request.options.shows === 'cache' ? cacheDemo : demo;
    await show(request.options, abort.signal, directory);
    isDone = true;
  } catch (error) {
    if (!abort.signal.aborted)
      console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.exit(isDone ? 0 : abort.signal.aborted ? 130 : 1);
}
