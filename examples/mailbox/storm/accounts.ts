/** What a sender knows about one mail at the end. */
export interface MailRecord {
  readonly messageId: string;
  readonly sizeBytes: number;
  /** `accepted`: our side has promised it (250). `rejected`: for good (5xx). `queued`: the sender still has it. */
  readonly state: 'accepted' | 'rejected' | 'queued';
  readonly attempts: number;
  /** Temporary refusals: 4xx. */
  readonly refusals: number;
  /** Attempts that ended without a reply. */
  readonly failures: number;
}

/** How often each Message-ID is in the mailboxes. */
export type Census = ReadonlyMap<string, number>;

export interface MailAccounts {
  /** Mails that were tried at least once. */
  readonly sent: number;
  readonly accepted: number;
  /** Replies that asked the sender to come back later; one mail may get several. */
  readonly refused: number;
  /** Attempts that ended without a reply. */
  readonly failed: number;
  readonly rejected: number;
  /** Mails that are in a mailbox. */
  readonly delivered: number;
  /** Promised with 250, and not there. */
  readonly lost: number;
  /** In the mailbox more than once. */
  readonly duplicated: number;
  readonly queued: number;
  readonly acceptedBytes: number;
}

/** Compares what senders were promised with what is in the mailboxes. */
export function balance(records: readonly MailRecord[], census: Census): MailAccounts {
  const accounts = {
    sent: 0,
    accepted: 0,
    refused: 0,
    failed: 0,
    rejected: 0,
    delivered: 0,
    lost: 0,
    duplicated: 0,
    queued: 0,
    acceptedBytes: 0,
  };
  for (const record of records) {
    const copies = census.get(record.messageId) ?? 0;
    if (record.attempts > 0) accounts.sent += 1;
    accounts.refused += record.refusals;
    accounts.failed += record.failures;
    if (copies > 0) accounts.delivered += 1;
    if (copies > 1) accounts.duplicated += 1;
    if (record.state === 'queued') accounts.queued += 1;
    if (record.state === 'rejected') accounts.rejected += 1;
    if (record.state === 'accepted') {
      accounts.accepted += 1;
      accounts.acceptedBytes += record.sizeBytes;
      if (copies === 0) accounts.lost += 1;
    }
  }
  return accounts;
}
