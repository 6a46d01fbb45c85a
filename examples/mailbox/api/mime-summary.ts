import { once } from 'node:events';
import { MailParser, type AttachmentStream, type Headers, type MessageText } from 'mailparser';
import type { Attachment } from './index-store.ts';

export interface MessageSummary {
  readonly messageId: string;
  readonly sender: string;
  readonly subject: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

/** MailParser keeps text parts whole. A message with more text than this is stored, but its text can't be searched. */
const TEXT_LIMIT_BYTES = 1024 * 1024;

/** Reads a message as it streams by. A message that it can't understand is still a message: it never fails. */
export class MimeSummary {
  readonly #parser = new MailParser({
    checksumAlgo: 'sha256',
    skipTextToHtml: true,
    skipImageLinks: true,
    // Turning HTML into text is synchronous.
    maxHtmlLengthToParse: 128 * 1024,
  });
  readonly #attachments: Attachment[] = [];
  #headers: Headers | undefined;
  #text = '';
  #inAttachment = false;
  #textBytes = 0;
  #gaveUp = false;

  constructor() {
    this.#parser.on('headers', (headers: Headers) => {
      this.#headers = headers;
    });
    this.#parser.on('data', (part: AttachmentStream | MessageText) => {
      if (part.type === 'attachment') this.#passOver(part);
      else this.#text = part.text ?? '';
    });
    this.#parser.on('error', () => {
      this.#gaveUp = true;
    });
  }

  /** Resolves when the next chunk is welcome. */
  async write(chunk: Buffer): Promise<void> {
    if (this.#gaveUp) return;
    if (!this.#inAttachment) this.#textBytes += chunk.length;
    if (this.#textBytes > TEXT_LIMIT_BYTES) {
      this.#gaveUp = true;
      this.#parser.destroy();
      return;
    }
    // Called in any case: with an error when the parser has failed, which its error event has reported.
    await new Promise<void>((resolve) => {
      this.#parser.write(chunk, () => resolve());
    });
  }

  async end(): Promise<MessageSummary> {
    if (!this.#gaveUp) {
      this.#parser.end();
      await once(this.#parser, 'close').catch(() => undefined);
    }
    const sender = this.#headers?.get('from');
    return {
      messageId: asString(this.#headers?.get('message-id')),
      sender: isAddress(sender) ? sender.text : '',
      subject: asString(this.#headers?.get('subject')),
      text: this.#text,
      attachments: this.#attachments,
    };
  }

  destroy(): void {
    this.#gaveUp = true;
    this.#parser.destroy();
  }

  /** The bytes of an attachment are in the body file; here they are only counted and hashed. */
  #passOver(part: AttachmentStream): void {
    this.#inAttachment = true;
    part.content.on('data', () => {});
    part.content.once('end', () => {
      this.#inAttachment = false;
      this.#attachments.push({
        filename: part.filename,
        contentType: part.contentType,
        sizeBytes: part.size,
        sha256: part.checksum,
      });
      part.release();
    });
  }
}

function asString(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isAddress(value: unknown): value is { text: string } {
  return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string';
}
