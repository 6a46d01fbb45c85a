import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailSource, MailText } from './mail-source.ts';

/** How one attempt to hand over a mail ended. `failed` is anything without a reply that says so. */
export type AttemptOutcome = 'accepted' | 'refused' | 'rejected' | 'failed';

const SILENCE_TIMEOUT_MS = 60_000;

/** Hands one mail over as a mail server does: connect, STARTTLS, envelope with SIZE, message, QUIT. */
export function attempt(
  smtpPort: number,
  source: MailSource,
  mail: MailText,
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  return new Promise((resolve) => {
    const connection = new SMTPConnection({
      host: '127.0.0.1',
      port: smtpPort,
      name: 'storm.example',
      // Opportunistic, as between mail servers: any certificate is better than none.
      tls: { rejectUnauthorized: false },
      connectionTimeout: SILENCE_TIMEOUT_MS,
      greetingTimeout: SILENCE_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      socketCloseTimeout: 1000,
    });
    const settle = (outcome: AttemptOutcome, leave: 'quit' | 'close'): void => {
      signal.removeEventListener('abort', onAbort);
      if (leave === 'quit') connection.quit();
      else connection.close();
      resolve(outcome);
    };
    const onAbort = (): void => settle('failed', 'close');
    const onError = (error: Error): void => {
      const outcome = outcomeOf(error);
      settle(outcome, outcome === 'failed' ? 'close' : 'quit');
    };
    if (signal.aborted) {
      resolve('failed');
      return;
    }
    signal.addEventListener('abort', onAbort);
    connection.on('error', onError);
    connection.once('end', () => settle('failed', 'close'));
    connection.connect((error) => {
      if (error) return onError(error);
      const envelope = {
        from: 'sender@storm.example',
        to: `${mail.user}@mailbox.example`,
        size: mail.sizeBytes,
      };
      return connection.send(envelope, source.open(mail), (sendError) => {
        if (sendError) onError(sendError);
        else settle('accepted', 'quit');
      });
    });
  });
}

function outcomeOf(error: Error): AttemptOutcome {
  const code = 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : 0;
  if (code >= 400 && code < 500) return 'refused';
  return code >= 500 ? 'rejected' : 'failed';
}
