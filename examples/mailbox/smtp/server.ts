import { Agent } from 'node:http';
import { createClient } from 'respite/client';
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerDataStream,
  type SMTPServerSession,
} from 'smtp-server';
import { createIntake, type IntakeOptions } from './intake.ts';
import { HEAD_BYTES, idempotencyKey, readHead } from './message-head.ts';
import { relay, type RelayOutcome } from './relay.ts';

export interface GatewayOptions {
  readonly mailboxServer: URL;
  readonly maxMessageBytes?: number;
  /** How long refusals are remembered. */
  readonly intake?: IntakeOptions;
}

export interface Gateway {
  /** Resolves with the port. */
  listen(port: number): Promise<number>;
  /** Takes no new connections, lets messages in progress end, then closes what is left. */
  close(): Promise<void>;
}

const MAX_MESSAGE_BYTES = 40 * 1024 * 1024;
const CLOSE_TIMEOUT_MS = 10_000;
/** Long enough for a busy server, short of the minutes after which senders give up on us. */
const MAX_WAIT_MS = 60_000;

class SmtpReply extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

// RFC 3463, 4.3.2: "System not accepting network messages". Any 4xx makes the sender try again later.
const tryLater = (why: string): SmtpReply => new SmtpReply(451, `4.3.2 ${why}, try again later`);

export function createGateway(options: GatewayOptions): Gateway {
  const { mailboxServer, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
  const agent = new Agent({ keepAlive: true });
  const client = createClient({
    attemptTimeoutMs: MAX_WAIT_MS,
    deadlineMs: MAX_WAIT_MS,
    criticality: 'sheddable',
    // The sender of a refused mail comes again by itself: two that repeat it would multiply.
    retry: { attempts: 2, statuses: [] },
  });
  const way = { mailboxServer, client, agent };
  const intake = createIntake(options.intake);
  /** Sessions that have a large message begun: from MAIL FROM until it is answered, or the sender leaves. */
  const begun = new Set<string>();

  const end = (sessionId: string): void => {
    if (begun.delete(sessionId)) intake.left();
  };

  const receive = async (
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
  ): Promise<SmtpReply | null> => {
    const { mailFrom, rcptTo } = session.envelope;
    const recipient = rcptTo[0]?.address ?? '';
    const head = await readHead(stream);
    const key = idempotencyKey(mailFrom === false ? '' : mailFrom.address, recipient, head.bytes);
    const user = mailboxOf(recipient);
    const outcome = await relay(way, { user, idempotencyKey: key, head, rest: stream });
    if (begun.has(session.id)) {
      if (outcome.kind === 'delivered') intake.delivered();
      if (outcome.kind === 'refused') intake.refused(Date.now(), outcome.retryAfterMs);
    }
    return refusalOf(outcome);
  };

  const server = new SMTPServer({
    name: 'mx.mailbox.example',
    // Quiet about its built-in self-signed certificate: fit for opportunistic STARTTLS in a demonstration, no further.
    logger: false,
    size: maxMessageBytes,
    disabledCommands: ['AUTH'],
    disableReverseLookup: true,
    closeTimeout: CLOSE_TIMEOUT_MS,
    onMailFrom: (address, session, callback) => {
      end(session.id);
      // Its upload is nothing worth sparing, and the Mailbox server may have room for it where it has none for a large one.
      if (isSmall(address)) return callback();
      if (!intake.enter(Date.now())) return callback(tryLater('The mailbox server is busy'));
      begun.add(session.id);
      return callback();
    },
    onRcptTo: (address, session, callback) => {
      if (!/^[a-z0-9][a-z0-9._-]{0,63}@/i.test(address.address))
        return callback(new SmtpReply(550, '5.1.1 No such mailbox'));
      // One reply can't say that one mailbox has the message and another has refused it. The sender sends it again for
      // the others (RFC 5321, 4.5.3.1.10).
      if (session.envelope.rcptTo.length > 0)
        return callback(new SmtpReply(452, '4.5.3 One recipient at a time'));
      return callback();
    },
    onData: (stream, session, callback) => {
      void (async () => {
        const reply = await receive(stream, session).catch(() => tryLater('Something went wrong'));
        end(session.id);
        callback(reply);
        // What is left of a refused message has to be read before the reply can be sent.
        stream.resume();
      })();
    },
    onClose: (session) => end(session.id),
  });
  // A peer that breaks its connection is no error of ours, and an 'error' event that nobody hears ends the process.
  server.on('error', () => {});

  return {
    listen: (port) =>
      new Promise((resolve, reject) => {
        const listener = server.listen(port, '127.0.0.1');
        listener.once('error', reject);
        listener.once('listening', () => {
          const address = listener.address();
          resolve(typeof address === 'object' && address !== null ? address.port : port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          agent.destroy();
          client.close();
          resolve();
        });
      }),
  };
}

/** The sender has said that the message is small (SIZE, RFC 1870). */
function isSmall({ args }: SMTPServerAddress): boolean {
  const bytes = args === false ? NaN : Number((args as { readonly SIZE?: string }).SIZE);
  return bytes <= HEAD_BYTES;
}

function mailboxOf(recipient: string): string {
  return recipient.slice(0, recipient.lastIndexOf('@')).toLowerCase();
}

/** Null for a message that is in the mailbox. */
function refusalOf(outcome: RelayOutcome): SmtpReply | null {
  switch (outcome.kind) {
    case 'delivered':
      return null;
    case 'refused':
      return tryLater('The mailbox server is busy');
    case 'unreachable':
      return tryLater('The mailbox server did not answer');
    case 'rejected':
      break;
  }
  return outcome.status === 413
    ? new SmtpReply(552, '5.3.4 Message too big')
    : new SmtpReply(554, '5.6.0 Message refused');
}
