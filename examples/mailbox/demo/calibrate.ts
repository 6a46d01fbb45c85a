import { join } from 'node:path';
import { mailboxNames, MEAN_MAIL_BYTES } from '../storm/mail-plan.ts';
import { runStorm } from '../storm/run.ts';
import type { Cores } from './cores.ts';
import { startMailbox } from './mailbox.ts';

/** How long it is measured; the longer time where the first is too short for a mail, as on a machine that is busy with something else. */
const CALIBRATIONS_MS = [3000, 12_000] as const;
/** Enough to keep the API busy, too few to hurt it. */
const CONNECTIONS = 4;
const MAILS = 2000;

/**
 * How many bytes of mail a second the bare service takes when it is asked politely: the same path as in the storm, a few
 * senders at once, all mails of average size. A flood has to be measured against the machine it falls on.
 */
export async function measureCapacity(directory: string, cores: Cores, signal: AbortSignal): Promise<number> {
  for (const forMs of CALIBRATIONS_MS) {
    const bytesPerSecond = await measureFor(forMs, join(directory, `calibration-${forMs}`), cores, signal);
    if (bytesPerSecond > 0) return bytesPerSecond;
  }
  throw new Error('the mailbox service took no mail during calibration');
}

/** @returns 0 when it took none. */
async function measureFor(
  forMs: number,
  directory: string,
  cores: Cores,
  signal: AbortSignal,
): Promise<number> {
  const mailbox = await startMailbox(false, directory, cores);
  try {
    const users = mailboxNames(4);
    const mails = Array.from({ length: MAILS }, (_, i) => ({
      messageId: `<calibration.${i}@storm.example>`,
      user: users[i % users.length] ?? '',
      sizeBytes: Math.round(MEAN_MAIL_BYTES),
      atMs: 0,
    }));
    const { senders } = await runStorm(
      {
        seed: 1,
        users,
        mails,
        backoff: { firstMs: 1000, longestMs: 1000 },
        maxConnections: CONNECTIONS,
        userCallsPerSecond: 1,
        userTimeoutMs: forMs,
        untilMs: forMs,
        graceMs: 0,
      },
      mailbox,
      {},
      signal,
    );
    // The first second is spent compiling.
    const first = senders.find(({ atMs }) => atMs >= 1000);
    const last = senders.at(-1);
    const bytes = (last?.acceptedBytes ?? 0) - (first?.acceptedBytes ?? 0);
    const ms = (last?.atMs ?? 0) - (first?.atMs ?? 0);
    return bytes > 0 && ms > 0 ? (bytes / ms) * 1000 : 0;
  } finally {
    await mailbox.stop();
  }
}
