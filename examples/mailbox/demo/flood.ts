import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mailboxNames, MEAN_MAIL_BYTES } from '../storm/mail-plan.ts';
import { measureCapacity } from './calibrate.ts';
import type { Cores } from './cores.ts';
import type { Demonstration } from './demonstration.ts';
import { startMailbox, type Mailbox } from './mailbox.ts';
import { playSide } from './play.ts';
import { renderReport } from './report.ts';
import { comparison } from './rows.ts';
import type { RunData, Side } from './run-data.ts';
import { planStorm, type DemoStorm } from './storm-plan.ts';
import { renderTable } from './table.ts';

const USERS = 20;
/** What a side needs besides its storm: start, filling mailboxes, the last attempts, the census, stop. */
const SIDE_OVERHEAD_MS = 9500;
const MIN_STORM_MS = 8000;

/** The same flood of mail against the mailbox service twice: without Respite, and with it. */
export const flood: Demonstration = async ({
  options,
  signal,
  directory,
  progress,
  cores,
  machine,
  startedAtMs,
}) => {
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

  const data = describeRun(storm, capacityBytesPerSecond, cores, machine, sides);
  await writeFile(options.reportFile, await renderReport(data));

  console.log(
    renderTable(
      sides.map(({ name }) => name),
      comparison(data),
    ),
  );
  console.log(`\nreport: ${options.reportFile}`);
  if (options.serve && mailbox !== undefined) await serve(mailbox, signal);
};

function describeRun(
  storm: DemoStorm,
  capacityBytesPerSecond: number,
  cores: Cores,
  machine: string,
  sides: readonly Side[],
): RunData {
  const { plan, phases, calmBytesPerSecond, floodBytesPerSecond } = storm;
  return {
    generatedAt: new Date().toISOString(),
    machine,
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
