import { seededRandom } from './random.ts';

export interface PlannedMail {
  readonly messageId: string;
  readonly user: string;
  readonly sizeBytes: number;
  /** When its sender first tries, from the start of the storm. */
  readonly atMs: number;
}

/** A stretch of time in which mail comes in at one rate. */
export interface MailPhase {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly mailsPerSecond: number;
}

const KB = 1000;
const MB = 1000 * KB;

/**
 * Most mail is text; most bytes are attachments. Within a class sizes spread evenly over their logarithm. The shape follows
 * the story (many small mails, some of up to 40 MB), not a measured mailbox.
 */
const SIZES = [
  { share: 0.6, fromBytes: 4 * KB, toBytes: 64 * KB },
  { share: 0.24, fromBytes: 64 * KB, toBytes: 1 * MB },
  { share: 0.11, fromBytes: 1 * MB, toBytes: 8 * MB },
  { share: 0.04, fromBytes: 8 * MB, toBytes: 25 * MB },
  { share: 0.01, fromBytes: 25 * MB, toBytes: 40 * MB },
] as const;

export const MEAN_MAIL_BYTES: number = SIZES.reduce(
  (sum, { share, fromBytes, toBytes }) =>
    sum + (share * (toBytes - fromBytes)) / Math.log(toBytes / fromBytes),
  0,
);

/** However long and fast the storm is, it has no more mails than this. */
const MAX_MAILS = 50_000;

/** Steps of this share, the golden ratio's, fall evenly over the whole however many are taken (Weyl's sequence). */
const EVEN_STEP = (Math.sqrt(5) - 1) / 2;

/**
 * The mails of a storm: at random moments, as independent senders have them, but the same for the same seed. Any few in a row
 * have the whole mix of sizes, so that a short calm is not one without large mails by chance.
 */
export function planMail(
  seed: number,
  phases: readonly MailPhase[],
  users: readonly string[],
): readonly PlannedMail[] {
  const random = seededRandom(seed);
  const firstSize = random();
  const mails: PlannedMail[] = [];
  for (const { fromMs, untilMs, mailsPerSecond } of phases) {
    if (mailsPerSecond <= 0) continue;
    const gapMs = (): number => (-Math.log(1 - random()) * 1000) / mailsPerSecond;
    for (let atMs = fromMs + gapMs(); atMs < untilMs && mails.length < MAX_MAILS; atMs += gapMs()) {
      mails.push({
        messageId: `<${seed}.${mails.length}@storm.example>`,
        user: users[Math.floor(random() * users.length)] ?? 'nobody',
        sizeBytes: sizeAt((firstSize + mails.length * EVEN_STEP) % 1),
        atMs,
      });
    }
  }
  return mails;
}

/** @param quantile From 0 to 1: the smallest to the largest mail. */
function sizeAt(quantile: number): number {
  let rest = quantile;
  for (const { share, fromBytes, toBytes } of SIZES) {
    if (rest < share) return Math.round(fromBytes * (toBytes / fromBytes) ** (rest / share));
    rest -= share;
  }
  return SIZES[0].fromBytes;
}

export function mailboxNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `user${i + 1}`);
}
