/** A mailbox is this many mails of this size: 400 KB, for which a client asks with a dozen bytes. */
export const MAILS = 50;
export const MAIL_BYTES = 8192;

const SEPARATOR = '\r\n';

/** The mails of a user, the same whenever they are asked for. */
export function mailsOf(user: string): readonly Buffer[] {
  return Array.from({ length: MAILS }, (_, i) => {
    const head = `To: ${user}@mailbox.example${SEPARATOR}Subject: Mail ${i + 1}${SEPARATOR}${SEPARATOR}`;
    return Buffer.from(head + 'Everything works. '.repeat(MAIL_BYTES).slice(0, MAIL_BYTES - head.length));
  });
}

/** A length of up to nine digits, and the end of its line. */
const HEAD_BYTES = 11;

/** Bytes of a message as it is sent. */
export function framedBytes(message: Buffer): number {
  return HEAD_BYTES + message.length;
}

/** Writes a message to `target` as the protocol wants it: its length on a line, and then itself. Returns the bytes that took. */
export function frame(message: Buffer, target: Buffer, start: number): number {
  target.write(String(message.length).padStart(HEAD_BYTES - SEPARATOR.length) + SEPARATOR, start, 'latin1');
  message.copy(target, start + HEAD_BYTES);
  return HEAD_BYTES + message.length;
}
