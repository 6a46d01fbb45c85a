import { Readable } from 'node:stream';
import { seededRandom } from './random.ts';

/** A line of base64 in a mail: 76 characters and the line end (RFC 2045, 6.8). */
const LINE_BYTES = 78;
const CHUNK_BYTES = 800 * LINE_BYTES;
const PREPARED_CHUNKS = 64;

const WORDS =
  'invoice report meeting photos contract holiday budget draft agenda tickets summary offer release garden'.split(
    ' ',
  );

export interface MailText {
  readonly messageId: string;
  readonly user: string;
  readonly sizeBytes: number;
}

export interface MailSource {
  /** A message of exactly this size, one attachment, read from one prepared buffer: making mails costs next to nothing. */
  open(mail: MailText): Readable;
}

export function createMailSource(seed: number): MailSource {
  const random = seededRandom(seed);
  const prepared = base64Lines(random);
  return {
    open: (mail) => {
      const pick = seededRandom(hash(mail.messageId));
      const boundary = `----${hash(mail.messageId).toString(36)}`;
      const head = Buffer.from(headOf(mail, boundary, pick));
      const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
      const bodyBytes = Math.max(0, mail.sizeBytes - head.length - tail.length);
      return Readable.from(pieces(head, prepared, bodyBytes, tail, pick), {
        objectMode: false,
        highWaterMark: CHUNK_BYTES,
      });
    },
  };
}

function* pieces(
  head: Buffer,
  prepared: Buffer,
  bodyBytes: number,
  tail: Buffer,
  pick: () => number,
): Generator<Buffer> {
  yield head;
  let chunk = Math.floor(pick() * PREPARED_CHUNKS);
  for (let left = bodyBytes; left > 0; left -= CHUNK_BYTES) {
    const start = (chunk % PREPARED_CHUNKS) * CHUNK_BYTES;
    yield prepared.subarray(start, start + Math.min(left, CHUNK_BYTES));
    chunk += 1;
  }
  yield tail;
}

function headOf(mail: MailText, boundary: string, pick: () => number): string {
  const words = (count: number): string =>
    Array.from({ length: count }, () => WORDS[Math.floor(pick() * WORDS.length)]).join(' ');
  const paragraph = Array.from({ length: 12 }, () => words(10)).join('\r\n');
  return [
    `From: ${words(2)} <sender@storm.example>`,
    `To: <${mail.user}@mailbox.example>`,
    `Subject: ${words(4)}`,
    `Message-ID: ${mail.messageId}`,
    'Date: Mon, 01 Sep 2025 09:00:00 +0000',
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    paragraph,
    '',
    `--${boundary}`,
    `Content-Type: application/octet-stream; name="${words(1)}.bin"`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${words(1)}.bin"`,
    '',
    '',
  ].join('\r\n');
}

function base64Lines(random: () => number): Buffer {
  const lines: string[] = [];
  const bytes = Buffer.alloc(57);
  for (let line = 0; line < (PREPARED_CHUNKS * CHUNK_BYTES) / LINE_BYTES; line += 1) {
    for (let i = 0; i < bytes.length; i += 1) bytes[i] = random() * 256;
    lines.push(bytes.toString('base64'));
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n`);
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
