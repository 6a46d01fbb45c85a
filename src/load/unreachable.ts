// Why no connection to the target could be opened, in words that say what to do.
import { RespiteError } from '../core/errors.ts';
import type { Report } from './generator/messages.ts';
import type { Plan } from './generator/plan.ts';

type Unreachable = Pick<Extract<Report, { type: 'unreachable' }>, 'code' | 'message'>;

/** What a server that does not speak TLS makes of a handshake, by OpenSSL's names. */
const NOT_TLS = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|UNEXPECTED_MESSAGE|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/;

export function unreachable(
  url: URL,
  protocol: Plan['protocol'],
  { code, message }: Unreachable,
): RespiteError {
  return new RespiteError(
    'RESPITE_LOAD_UNREACHABLE',
    `cannot connect to ${url.origin}: ${whyOf(url, protocol, code, message)}`,
  );
}

function whyOf(url: URL, protocol: Plan['protocol'], code: string, message: string): string {
  // Node.js appends options of its own.
  if (/CERT|SIGNATURE/.test(code))
    return `${message.split(';')[0]} (${code}); \`insecure\` accepts any certificate`;
  if (NOT_TLS.test(code)) return `it does not speak TLS (${code}); try http:`;
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
    return protocol === 'h2'
      ? `it does not speak HTTP/2 (${code})`
      : `it does not speak HTTP/1.1, but perhaps HTTP/2 (${code})`;
  if (['ERR_HTTP2_ERROR', 'NO_HTTP2'].includes(code)) return `it does not speak HTTP/2 (${code})`;
  if (code === 'ETIMEDOUT') {
    const awaited = [...(url.protocol === 'https:' ? ['TLS'] : []), ...(protocol === 'h2' ? ['HTTP/2'] : [])];
    return `no answer in time${awaited.length === 0 ? '' : ` to ${awaited.join(' and ')}`} (${code})`;
  }
  return code;
}
