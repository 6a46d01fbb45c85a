// Which protocol a server speaks that has answered no request: by handshakes, so that it gets no request more.
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Target } from '../generator/plan.ts';

export type Spoken = 'TLS' | 'HTTP/2 without TLS';

/** Maximum time for a handshake, in milliseconds. */
const HANDSHAKE_MS = 2000;

/** The preface of a client and an empty SETTINGS frame (RFC 9113, section 3.4). */
const PREFACE: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0', 'latin1');

/** The type of a SETTINGS frame, and where it is. */
const SETTINGS = 4;
const TYPE_AT = 3;

/** Undefined where it is neither, or the server does not answer. */
export async function spokenAt({
  address,
  port,
}: Pick<Target, 'address' | 'port'>): Promise<Spoken | undefined> {
  const to = { host: address, port };
  const tls = connectTls({ ...to, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] });
  if (await settles(tls, (done) => tls.once('secureConnect', () => done(true)))) return 'TLS';
  const plain = connect(to, () => plain.write(PREFACE));
  const isHttp2 = await settles(plain, (done) =>
    plain.once('data', (bytes: Buffer) => done(bytes[TYPE_AT] === SETTINGS && bytes[0] === 0)),
  );
  return isHttp2 ? 'HTTP/2 without TLS' : undefined;
}

async function settles(socket: Socket, listen: (done: (found: boolean) => void) => void): Promise<boolean> {
  const found = await new Promise<boolean>((resolve) => {
    listen(resolve);
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.setTimeout(HANDSHAKE_MS, () => resolve(false));
  });
  socket.on('error', () => {});
  socket.destroy();
  return found;
}
