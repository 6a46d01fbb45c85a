import { setPriority } from 'node:os';
import type { MailRecord } from './accounts.ts';
import { waitMs } from './backoff.ts';
import type { PlannedMail } from './mail-plan.ts';
import { createMailSource } from './mail-source.ts';
import { report, reportLast, TICK_MS, type Order, type SendersOrder } from './protocol.ts';
import { seededRandom } from './random.ts';
import { attempt } from './smtp-attempt.ts';

/** The flood: a process of its own, started and ordered by run.ts. */

interface Mail {
  readonly plan: PlannedMail;
  state: MailRecord['state'];
  attempts: number;
  refusals: number;
  failures: number;
}

// The flood must not take the processor from the users whose latency is measured.
setPriority(19);

process.once('disconnect', () => process.exit());
process.once('message', (message: Order<SendersOrder>) => {
  if (message.type === 'start') run(message.order);
});

function run(order: SendersOrder): void {
  const source = createMailSource(order.seed);
  const random = seededRandom(order.seed + 1);
  const zeroMs = performance.now() + (order.startAtMs - Date.now());
  const mails = order.mails.map((plan): Mail => ({
    plan,
    state: 'queued',
    attempts: 0,
    refusals: 0,
    failures: 0,
  }));
  /** Mails whose time has come, waiting for a connection. */
  const due: Mail[] = [];
  const abort = new AbortController();
  let isStopping = false;
  let connections = 0;
  const count = { sent: 0, accepted: 0, acceptedBytes: 0, refused: 0, failed: 0, rejected: 0 };

  const pump = (): void => {
    while (connections < order.maxConnections) {
      const mail = isStopping ? undefined : due.shift();
      if (mail === undefined) return;
      void hand(mail);
    }
  };

  const hand = async (mail: Mail): Promise<void> => {
    connections += 1;
    mail.attempts += 1;
    if (mail.attempts === 1) count.sent += 1;
    const outcome = await attempt(order.smtpPort, source, mail.plan, abort.signal);
    connections -= 1;
    if (outcome === 'accepted') {
      mail.state = 'accepted';
      count.accepted += 1;
      count.acceptedBytes += mail.plan.sizeBytes;
    } else if (outcome === 'rejected') {
      mail.state = 'rejected';
      count.rejected += 1;
    } else {
      if (outcome === 'refused') count.refused += 1;
      else count.failed += 1;
      mail.refusals += outcome === 'refused' ? 1 : 0;
      mail.failures += outcome === 'failed' ? 1 : 0;
      schedule(mail, waitMs(order.backoff, mail.attempts, random));
    }
    pump();
  };

  const schedule = (mail: Mail, inMs: number): void => {
    setTimeout(
      () => {
        due.push(mail);
        pump();
      },
      Math.max(0, inMs),
    );
  };

  const tick = (): void => {
    const atMs = performance.now() - zeroMs;
    const come = mails.reduce((sum, mail) => sum + (mail.plan.atMs <= atMs ? 1 : 0), 0);
    report({
      type: 'senders-tick',
      atMs,
      sent: count.sent,
      accepted: count.accepted,
      acceptedBytes: count.acceptedBytes,
      refused: count.refused,
      failed: count.failed,
      queued: come - count.accepted - count.rejected,
      connections,
    });
  };

  for (const mail of mails) schedule(mail, zeroMs + mail.plan.atMs - performance.now());
  setInterval(tick, TICK_MS);

  process.on('message', (message: Order<SendersOrder>) => {
    if (message.type !== 'stop') return;
    isStopping = true;
    // What is under way may still end, so that few mails are left of which nobody knows whether they arrived.
    const deadlineMs = performance.now() + message.graceMs;
    const waiting = setInterval(() => {
      if (connections > 0 && performance.now() < deadlineMs) return;
      clearInterval(waiting);
      abort.abort();
      // By then every attempt that was aborted has been counted.
      setImmediate(() => {
        tick();
        reportLast({ type: 'senders-done', records: mails.map(toRecord) });
      });
    }, 50);
  });
}

function toRecord({ plan, state, attempts, refusals, failures }: Mail): MailRecord {
  const { messageId, sizeBytes } = plan;
  return { messageId, sizeBytes, state, attempts, refusals, failures };
}
