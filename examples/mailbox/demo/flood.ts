import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mailboxNames, MEAN_MAIL_BYTES } from '../storm/mail-plan.ts';
import { averageOf } from './average.ts';
import { measureCapacity } from './calibrate.ts';
import type { Cores } from './cores.ts';
import type { Demonstration } from './demonstration.ts';
import { explain, NEXT_STEP } from './explain.ts';
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

/** The same flood of mail against the mailbox service, without Respite and with it. */
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

  const played: Side[] = [];
  let kept: Mailbox | undefined;
  for (let repeat = 1; repeat <= options.repeats; repeat += 1) {
    // The side that comes second finds caches warm, and a machine that has changed: with several repeats both sides do.
    for (const isProtected of repeat % 2 === 1 ? [false, true] : [true, false]) {
      const side = isProtected ? 'with Respite' : 'without Respite';
      const shown = options.repeats === 1 ? side : `${repeat}/${options.repeats}, ${side}`;
      progress.show(`${shown}: starting`);
      const data = join(directory, `${isProtected ? 'with' : 'without'}-${repeat}`);
      const mailbox = await startMailbox(isProtected, data, cores);
      const keep = isProtected && options.serve && repeat === options.repeats;
      if (keep) kept = mailbox;
      played.push({ ...(await playSide(shown, mailbox, storm, keep, progress, signal)), name: side });
    }
  }
  progress.clear();

  const sides = [false, true].map((isProtected) =>
    averageOf(played.filter((side) => side.isProtected === isProtected)),
  );
  const data = describeRun(storm, capacityBytesPerSecond, cores, machine, options.repeats, sides);
  await writeFile(options.reportFile, await renderReport(data));

  console.log(
    renderTable(
      sides.map(({ name }) => name),
      comparison(data),
    ),
  );
  console.log(['', ...explain(data), '', NEXT_STEP, '', `report: ${options.reportFile}`].join('\n'));
  if (kept !== undefined) await serve(kept, signal);
};

function describeRun(
  storm: DemoStorm,
  capacityBytesPerSecond: number,
  cores: Cores,
  machine: string,
  repeats: number,
  sides: readonly Side[],
): RunData {
  const { plan, phases, calmBytesPerSecond, floodBytesPerSecond } = storm;
  return {
    generatedAt: new Date().toISOString(),
    machine,
    cores: cores.description,
    repeats,
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
