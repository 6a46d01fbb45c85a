import { join } from 'node:path';
import { mailboxNames, MEAN_MAIL_BYTES } from '../storm/mail-plan.ts';
import { runStorm } from '../storm/run.ts';
import type { Cores } from './cores.ts';
import { startMailbox } from './mailbox.ts';

const CALIBRATION_MS = 3000;
/** Enough to keep the API busy, too few to hurt it. */
const CONNECTIONS = 4;
const MAILS = 2000;

/**
 * How many bytes of mail a second the bare service takes when it is asked politely: the same path as in the storm, a few
 * senders at once, all mails of average size. A flood has to be measured against the machine it falls on.
 */
export async function measureCapacity(directory: string, cores: Cores, signal: AbortSignal): Promise<number> {
  const mailbox = await startMailbox(false, join(directory, 'calibration'), cores);
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
        userTimeoutMs: CALIBRATION_MS,
        untilMs: CALIBRATION_MS,
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
    if (bytes <= 0 || ms <= 0) throw new Error('the mailbox service took no mail during calibration');
    return (bytes / ms) * 1000;
  } finally {
    await mailbox.stop();
  }
}
