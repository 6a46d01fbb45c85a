// The head of an HTTP/1 response, as far as a load generator reads it.

export interface HeadFields {
  readonly status: number;
  readonly isChunked: boolean;
  /** Undefined where there is none: then the body ends with the connection. */
  readonly contentLength: number | undefined;
  readonly closes: boolean;
  /** `Respite-Shed`: why the server has refused. */
  readonly shed: string | undefined;
  readonly retryAfter: string | undefined;
  /** How long the server keeps an idle connection, by `Keep-Alive: timeout=5`. */
  readonly keepAliveSeconds: number | undefined;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;

/** Undefined for what is no head of a response, and for lengths that contradict each other. @param head Without the empty line. */
export function headFields(head: string): HeadFields | undefined {
  const statusEnd = head.indexOf('\r\n');
  const line = STATUS_LINE.exec(statusEnd === -1 ? head : head.slice(0, statusEnd));
  if (line === null) return undefined;
  let isChunked = false;
  let contentLength: number | undefined;
  let closes = line[1] === '0';
  let shed: string | undefined;
  let retryAfter: string | undefined;
  let keepAliveSeconds: number | undefined;
  for (let at = statusEnd; at !== -1 && at < head.length;) {
    const start = at + 2;
    const next = head.indexOf('\r\n', start);
    const end = next === -1 ? head.length : next;
    const colon = head.indexOf(':', start);
    if (colon <= start || colon > end) return undefined;
    // By the length of its name, since most fields are of no interest.
    switch (colon - start) {
      case 10: {
        const name = head.slice(start, colon).toLowerCase();
        const value = head.slice(colon + 1, end).toLowerCase();
        if (name === 'connection') {
          if (/(?:^|,)\s*close\s*(?:,|$)/.test(value)) closes = true;
          else if (/(?:^|,)\s*keep-alive\s*(?:,|$)/.test(value)) closes = false;
        } else if (name === 'keep-alive') {
          const seconds = /\btimeout=(\d+)/.exec(value)?.[1];
          if (seconds !== undefined) keepAliveSeconds = Number(seconds);
        }
        break;
      }
      case 11:
        if (head.slice(start, colon).toLowerCase() === 'retry-after')
          retryAfter = head.slice(colon + 1, end).trim();
        break;
      case 12:
        if (head.slice(start, colon).toLowerCase() === 'respite-shed')
          shed = head.slice(colon + 1, end).trim();
        break;
      case 14:
        if (head.slice(start, colon).toLowerCase() === 'content-length') {
          const value = head.slice(colon + 1, end).trim();
          if (!/^\d{1,15}$/.test(value)) return undefined;
          if (contentLength !== undefined && contentLength !== Number(value)) return undefined;
          contentLength = Number(value);
        }
        break;
      case 17:
        if (head.slice(start, colon).toLowerCase() === 'transfer-encoding')
          isChunked = /(?:^|,)\s*chunked\s*$/i.test(head.slice(colon + 1, end));
        break;
      default:
    }
    at = next;
  }
  return { status: Number(line[2]), isChunked, contentLength, closes, shed, retryAfter, keepAliveSeconds };
}
